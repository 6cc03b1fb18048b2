// What each entry costs a page: the gzipped files that it imports at once. A budget grows only on purpose.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import { repository } from "../support/sources.js";

/** In kilobytes. */
const budgets: Readonly<Record<string, number>> = {
  index: 548,
  keras: 460,
  ops: 210,
  data: 144,
  datasets: 106,
  models: 549,
  visor: 306,
  formats: 101,
  autograph: 195,
};

/** The files that a file imports when it is loaded, itself included. */
function loadedWith(entry: string): Set<string> {
  const files = new Set([entry]);
  const imports = /(?:^|[;}\n])\s*(?:import|export)\b[^'"`;()]*?["'](\.\/[^"']+)["']/g;
  for (const file of files)
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(imports)) files.add(join(dirname(file), specifier!));
  return files;
}

for (const [entry, budget] of Object.entries(budgets))
  t.test(`${entry} stays within ${budget} kB`, async (t) => {
    const files = [...loadedWith(join(repository, "dist/browser", `${entry}.js`))];
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
    t.ok(bytes < budget * 1000, `${(bytes / 1000).toFixed(1)} kB in ${files.length} files`);
    t.ok(bytes > budget * 500, "it holds what it should");
    t.comment(`${entry}: ${(bytes / 1000).toFixed(1)} kB in ${files.length} files`);
  });

t.test("entries share their classes", async (t) => {
  const [tf, ops, keras, data] = await Promise.all([
    import("kerasm"),
    import("kerasm/ops" as "kerasm"),
    import("kerasm/keras" as "kerasm"),
    import("kerasm/data" as "kerasm"),
  ]);
  t.equal(ops.Tensor, tf.Tensor);
  t.equal(keras, tf.keras);
  t.equal(data, tf.data);
  t.same(ops.constant([1, 2]).add(1).array(), [2, 3]);
});
