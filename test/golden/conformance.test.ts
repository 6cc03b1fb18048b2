import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import t from "tap";

t.setTimeout(240_000); // each run is a process or two

const program = fileURLToPath(new URL("conformance.js", import.meta.url));
const run = promisify(execFile);
const encoded = (values: number[]) => ({
  shape: [values.length],
  dtype: "float32",
  data: Buffer.from(Float32Array.from(values).buffer).toString("base64"),
});
const relu = (id: string, expected: number[]) => ({
  id,
  kind: "value",
  function: "relu",
  params: ["x"],
  args: { x: encoded([-1, 2]) },
  result: encoded(expected),
});

t.test("every case gets an outcome, whatever the others do", async (t) => {
  const dir = t.testdir();
  const lines = [
    relu("activations/relu/0", [0, 2]),
    relu("activations/relu/1", [0, 3]),
    { ...relu("activations/frelu/0", [0, 2]), function: "frelu" },
    { ...relu("activations/relu/2", [0, 2]), args: { x: { shape: [3], dtype: "float32", data: "AAAA" } } },
    { ...relu("activations/relu/3", [0, 2]), args: { x: { shape: [1], dtype: "string", strings: ["a"] } } },
    { id: "activations/none/0" },
  ].map((line) => JSON.stringify(line));
  writeFileSync(join(dir, "activations.jsonl"), [...lines.slice(0, 3), "{ no JSON", ...lines.slice(3), lines[0]].join("\n"));
  writeFileSync(
    join(dir, "dtypes.jsonl"),
    JSON.stringify({ id: "d", kind: "result_type", function: "result_type", args: ["bool", "int"], result: "int32" }),
  );
  const json = join(dir, "out.json");
  const { stdout } = await run(process.execPath, [program, "--dir", dir, "--json", json, "--mode", "both", "--verbose"]);
  const results = readFileSync(json, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; family: string; mode: string; status: string; message?: string });
  const statuses = (mode: string) =>
    results.filter((result) => result.family === "activations" && result.mode === mode).map(({ status }) => status);
  const expected = ["passed", "failed", "unsupported", "failed", "failed", "unsupported", "unsupported", "passed"];
  t.strictSame(statuses("eager"), expected);
  t.strictSame(statuses("traced"), expected);
  t.match(results.find(({ id }) => id === "activations/relu/1")?.message, /element 1 of 2 is 2, expected 3/);
  t.match(stdout, /activations +4 +6 +6\n/);
  t.match(stdout, /dtypes +1 +0 +0\n/);
});

t.test("wrong arguments are refused", async (t) => {
  await t.rejects(run(process.execPath, [program, "--dir", "/nowhere/at/all"]), /there is no folder \/nowhere\/at\/all/);
  await t.rejects(run(process.execPath, [program, "--family", "leyers"]), /given the family "leyers"/);
  await t.rejects(run(process.execPath, [program, "--mode", "lazy"]), /given the mode "lazy"/);
});

t.test("a run of no cases fails, whether it is the folder, the family or the filter", async (t) => {
  const dir = t.testdir();
  const none = { code: 1, stderr: /no case ran/ };
  await t.rejects(run(process.execPath, [program, "--dir", dir]), none);
  writeFileSync(join(dir, "activations.jsonl"), JSON.stringify(relu("activations/relu/0", [0, 2])));
  await t.rejects(run(process.execPath, [program, "--dir", dir, "--family", "ops"]), none);
  await t.rejects(run(process.execPath, [program, "--dir", dir, "--filter", "selu"]), none);
  await t.resolves(run(process.execPath, [program, "--dir", dir]));
});
