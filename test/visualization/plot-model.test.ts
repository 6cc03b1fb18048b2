// Drawings of models: which boxes and arrows they have, and what stands in the boxes.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, utils } = keras;

/** A model with two ways, a model inside, and an operation. */
function branching() {
  const inner = new keras.Sequential([new keras.Input({ shape: [4] }), new layers.Dense(4, { name: "inside", activation: "relu" })], {
    name: "inner",
  });
  const input = keras.Input({ shape: [4], name: "in" });
  const left = inner(input) as tf.Tensor;
  const frozen = new layers.Dense(4, { name: "right", trainable: false })(input);
  const outputs = new layers.Add({ name: "sum" })([keras.ops.tanh(left), frozen]);
  return new keras.Model({ inputs: input, outputs, name: "whole" });
}

/** Arrows of a DOT text as names of layers. */
function arrowsOf(dot: string): string[] {
  const names = new Map(Array.from(dot.matchAll(/^ *(n\d+) .*?<b>(.*?)<\/b>/gm), ([, id, name]) => [id!, name!]));
  return Array.from(dot.matchAll(/^ *(n\d+) -> (n\d+)/gm), ([, from, to]) => `${names.get(from!)} ${names.get(to!)}`).sort();
}

t.test("every layer is a box, and arrows lead along the graph", async (t) => {
  const model = branching();
  t.strictSame(arrowsOf(utils.modelToDot(model)), ["in inner", "in right", "inner tanh", "right sum", "tanh sum"]);
  const expanded = utils.modelToDot(model, { expandNested: true });
  t.strictSame(arrowsOf(expanded), ["in inside", "in right", "inside tanh", "right sum", "tanh sum"]);
  t.match(expanded, /subgraph "cluster_inner" \{\n.*label="inner"/);
  const row = new keras.Sequential([
    new keras.Input({ shape: [2] }),
    new layers.Dense(3, { name: "a" }),
    new layers.Dense(1, { name: "b" }),
  ]);
  t.strictSame(arrowsOf(utils.modelToDot(row)), ["a b"]);
  t.match(utils.modelToDot(row, { subgraph: true }), /^subgraph/);
});

t.test("boxes tell shapes, dtypes, activations and what is trained, where that is asked for", async (t) => {
  const model = branching();
  const all = {
    showShapes: true,
    showDtype: true,
    showLayerActivations: true,
    showTrainable: true,
    showLayerNames: true,
    expandNested: true,
  };
  const wanted = ["(None, 4)", "float32", "Non-trainable", "Activation: ", "relu", "inside"];
  const plain = utils.modelToDot(model, { showLayerNames: false });
  for (const words of wanted) {
    t.ok(utils.modelToDot(model, all).includes(words), words);
    t.notOk(plain.includes(words), `not ${words}`);
  }
  const svg = await utils.plotModel(model, { toFile: null, ...all });
  for (const words of ["Output shape: (None, 4)", "Output dtype: float32", "Non-trainable", "Activation: relu", "inside (Dense)"])
    t.ok(svg.includes(words), words);
  t.equal(svg.split("marker-end").length - 1, 5, "arrows");
  t.ok(svg.includes("stroke-dasharray"), "the frame of the model inside");
});

t.test("boxes of a drawing do not overlap, and arrows lead down", async (t) => {
  for (const rankdir of ["TB", "LR", "BT"] as const) {
    const svg = await utils.plotModel(branching(), { toFile: null, rankdir, showLayerNames: true, splines: "line" });
    const boxes = Array.from(
      svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="rgb\(255,255,255\)"/g),
      (each) => each.slice(1).map(Number),
    );
    t.equal(boxes.length, 5);
    for (const [i, [x, y, w, h]] of boxes.entries())
      for (const [x2, y2, w2, h2] of boxes.slice(i + 1))
        t.ok(x! + w! <= x2! || x2! + w2! <= x! || y! + h! <= y2! || y2! + h2! <= y!, `${rankdir} ${i}`);
    for (const [, x1, y1, x2, y2] of svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g))
      t.ok(rankdir === "LR" ? Number(x1) < Number(x2) : rankdir === "TB" ? Number(y1) < Number(y2) : Number(y1) > Number(y2));
  }
});

t.test("it is written as PNG, SVG or DOT by the ending of the path", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plot-"));
  const model = branching();
  await utils.plotModel(model, { toFile: join(folder, "m.png"), dpi: 96 });
  const svg = await utils.plotModel(model, { toFile: join(folder, "m.svg") });
  await utils.plotModel(model, { toFile: join(folder, "m.dot"), rankdir: "LR" });
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  t.strictSame((await keras.utils.loadImg(join(folder, "m.png"))).shape, [height, width, 3]);
  t.equal(readFileSync(join(folder, "m.svg"), "utf8"), svg);
  t.match(readFileSync(join(folder, "m.dot"), "utf8"), /rankdir=LR/);
});

t.test("models of one's own are one box; what is not built or known is refused", async (t) => {
  class Own extends keras.Model {
    dense = new layers.Dense(1);
    override call(x: tf.Tensor) {
      return this.dense(x);
    }
  }
  const model = new Own();
  t.throws(() => utils.modelToDot(model), { name: "StateError" });
  model(tf.ones([1, 2]));
  t.match(utils.modelToDot(model), /<b>own<\/b> \(Own\)/);
  t.throws(() => utils.modelToDot(model, { rankdir: "up" }), { name: "ValueError" });
  t.throws(() => utils.modelToDot(3 as never), { name: "ArgumentError" });
  await t.rejects(utils.plotModel(model, { toFile: "m.gif" }), { name: "ValueError" });
});
