// The examples on networks of keras.applications: what they learn, and what they show.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { runProgram } from "../support/program.js";

t.setTimeout(240_000); // they train, on busy machines

const numbers = (text: string, pattern: RegExp): number[] => Array.from(text.matchAll(pattern), ([, ...found]) => found.map(Number)).flat();

const expected: Readonly<Record<string, (t: Tap, stdout: string, folder: string) => void>> = {
  "transfer-learning": (t, stdout) => {
    const [head, tuned] = numbers(stdout, /accuracy ([\d.]+)/g);
    t.ok(head! > 0.7, "a head on a frozen base learns new shapes");
    t.ok(tuned! > 0.7, "and is no worse for gentle steps of all of it");
    t.match(stdout, /2 of \d+ weights are trained\n/);
    t.match(stdout, "the base is as it was");
  },
  "feature-extraction": (t, stdout) => {
    const found = numbers(stdout, /in (\d+) of 24/g);
    t.equal(found.length, 3);
    t.ok(found.every((hits) => hits > 12), "features of every layer find what is alike"); // prettier-ignore
  },
  "grad-cam": (t, stdout, folder) => {
    const [hits, , chance] = numbers(stdout, /in (\d+) of (\d+) images; by chance it would be in (\d+)/g);
    t.ok(hits! > 2 * chance!, `${hits} hits, ${chance} by chance`);
    t.equal(readdirSync(folder).length, 4, "pictures with their maps");
  },
  "deep-dream": (t, stdout, folder) => {
    for (const [from, to] of Array.from(stdout.matchAll(/strength ([\d.]+) to ([\d.]+)/g), ([, from, to]) => [Number(from), Number(to)]))
      t.ok(to! > from!, `${from} to ${to}`);
    t.ok(numbers(stdout, /pixel: ([\d.]+)/g)[0]! < 20, "the image is still the image");
    t.strictSame(readdirSync(folder), ["out.png"]);
  },
  "style-transfer": (t, stdout, folder) => {
    const styles = numbers(stdout, /style ([\d.]+)/g);
    t.ok(styles.at(-1)! < 0.3 * styles[0]!, `the style comes: ${styles}`);
    t.ok(numbers(stdout, /content ([\d.]+)/g).at(-1)! < 0.5, "the content stays");
    t.strictSame(readdirSync(folder), ["out.png"]);
  },
};
type Tap = Pick<typeof t, "ok" | "equal" | "match" | "strictSame">;

for (const [name, check] of Object.entries(expected))
  t.test(name, async (t) => {
    const folder = t.testdir();
    const out =
      {
        "grad-cam": ["--out", folder],
        "deep-dream": ["--out", join(folder, "out.png")],
        "style-transfer": ["--out", join(folder, "out.png")],
      }[name] ?? [];
    const { stdout, stderr, status } = await runProgram(`examples/transfer/${name}.ts`, ["--quick", ...out]);
    t.equal(status, 0, stderr);
    check(t, stdout, folder);
  });
