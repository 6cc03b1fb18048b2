// What TensorFlow's MirroredStrategy with 1, 2 and 4 logical devices answered: the same here with lockstep replicas.

import t from "tap";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Case, goldenDir } from "../golden/cases.js";
import { runDistribution } from "../golden/families/tf-distribution.js";
import { modes } from "../golden/modes.js";

const file = gunzipSync(readFileSync(join(goldenDir, "distribution.jsonl.gz"))).toString();
const rows = file
  .trimEnd()
  .split("\n")
  .map((line) => ({ ...(JSON.parse(line) as Case), dir: goldenDir }));

t.ok(rows.length > 40, "there are rows");
for (const row of rows) {
  for (const mode of Object.values(modes)) {
    t.test(`${row.id} (${mode.name})`, async (t) => {
      await runDistribution(row, mode);
      t.pass("as recorded");
    });
  }
}
