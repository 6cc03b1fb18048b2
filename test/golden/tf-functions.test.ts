import { checkFamily } from "./check.js";

// A loop under a tape gives the number of its run to the backward pass, which no two runs share: their bits can't be compared.
checkFamily("tf_functions", { comparesPasses: false });
