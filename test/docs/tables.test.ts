// The tables for those who come from elsewhere: each line's right column runs as it stands, and gives something.

import { readFileSync } from "node:fs";
import t from "tap";
import * as visor from "../../lib/api/visor.js";
import * as tf from "../../lib/index.js";
import { repository } from "../support/sources.js";

const { keras } = tf;
const pages = ["docs/from-keras.md", "docs/from-tensorflow-js.md", "docs/from-pytorch.md"];

/** Cells of a line of a table; a bar within code is written \|. */
const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

const asynchronous = Object.getPrototypeOf(async () => {}).constructor as new (
  ...texts: string[]
) => (...given: unknown[]) => Promise<unknown>;

/** A program of statements, whose last one gives the result. */
function programOf(code: string): string {
  const at = Math.max(code.lastIndexOf("; "), code.lastIndexOf("}; ") + 1);
  const [before, last] = at > 0 ? [code.slice(0, at + 1), code.slice(at + 2)] : ["", code];
  return /^(const|for|class) /.test(last) ? `${before} ${last}; return 0;` : `${before} return [${last}];`;
}

/** A canvas, and the pixels that it would be given. */
class Canvas {
  width = 0;
  height = 0;
  getContext = () => ({ putImageData() {} });
}
(globalThis as { ImageData?: unknown }).ImageData ??= class {};

for (const page of pages) {
  const lines = readFileSync(`${repository}${page}`, "utf8").split("\n").filter((line) => line.startsWith("|")); // prettier-ignore
  const rows = lines.map(cellsOf).filter(([, ours]) => ours && !/^-+$/.test(ours) && ours !== "kerasm");
  t.ok(rows.length > 30, `${page}: ${rows.length} lines`);
  for (const [theirs, ours] of rows) {
    t.test(`${page}: ${theirs}`, async (t) => {
      const codes = Array.from(ours!.matchAll(/`([^`]+)`/g), ([, code]) => code!).filter((code) => /[(=]/.test(code));
      if (codes.length === 0) t.match(ours, /^nothing/);
      const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      const pixels = { width: 2, height: 1, data: new Uint8ClampedArray([255, 0, 0, 255, 0, 128, 0, 255]) };
      const canvas = new Canvas();
      const around = {
        tf,
        keras,
        visor,
        model,
        pixels,
        canvas,
        x: tf.constant([
          [1, 2],
          [3, 4],
        ]),
        xs: tf.ones([8, 2]),
        ys: tf.ones([8, 1]),
      };
      for (const code of codes) {
        const result = await new asynchronous(...Object.keys(around), programOf(code))(...Object.values(around));
        t.not((result as unknown[])[0] ?? 0, undefined, code);
      }
    });
  }
}
