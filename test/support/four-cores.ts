// Imported first by tests of four threads: on a machine of fewer cores the others would stand by.

process.env["KERASM_NUM_CORES"] = "4";
