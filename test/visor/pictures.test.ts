// The pictures of kerasm/visor as text: what is drawn, what is said, and what is refused.

import t from "tap";
import * as visor from "../../lib/api/visor.js";
import * as tf from "../../lib/index.js";
import { rangeOf, short, ticks } from "../../lib/visor/axis.js";
import { Points } from "../../lib/visor/points.js";
import { dark, light } from "../../lib/visor/palette.js";
import { messageOf } from "../support/message.js";

const { keras } = tf;
const count = (text: string, part: string | RegExp): number => text.split(part).length - 1;
/** Tags that are opened are closed, in order. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, slash, tag, end] of svg.matchAll(/<(\/?)([\w-]+)[^>]*?(\/?)>/g)) {
    if (end) continue;
    if (!slash) open.push(tag!);
    else if (open.pop() !== tag) return false;
  }
  return open.length === 0 && !/[<&](?![a-z/#])/i.test(svg);
}

t.test("a history is drawn with a panel for each metric, its validation dashed", async (t) => {
  const history = { loss: [1, 0.5, 0.25], val_loss: [1, 0.75, 0.5], accuracy: [0.25, 0.5, 0.75] };
  const svg = visor.plotHistory({ history, epoch: [3, 4, 5] }, { title: "<T & U>" });
  t.ok(isWellFormed(svg));
  t.equal(count(svg, "<polyline"), 3);
  t.equal(count(svg, /<polyline[^>]*stroke-dasharray/), 1);
  t.equal(count(svg, "<circle"), 9);
  t.match(svg, /aria-label="&lt;T &amp; U&gt;: 3 epochs; at the end loss 0.25, val_loss 0.5, accuracy 0.75."/);
  t.match(visor.plotHistory({ loss: [1] }), /aria-label="Training: 1 epoch; at the end loss 1."/);
  t.match(svg, />6<\/text>/, "epochs have the numbers that fit gave them");
  t.equal(visor.plotHistory(history).includes("prefers-color-scheme"), true);
  for (const theme of ["light", "dark"] as const) {
    const one = visor.plotHistory(history, { theme });
    t.notMatch(one, /prefers-color-scheme/);
    t.ok(one.includes(`fill="${{ light, dark }[theme].paper}"`), theme);
  }
});

t.test("lines fall where values fall: the points of a panel", async (t) => {
  const svg = visor.plotHistory({ loss: [4, 2, 0] }, { width: 640, theme: "light" });
  const [, points] = /<polyline points="([^"]+)"/.exec(svg)!;
  const ys = points!.split(" ").map((point) => Number(point.split(",")[1]));
  t.equal(ys[1]! - ys[0]!, ys[2]! - ys[1]!);
  t.ok(ys[0]! < ys[2]!);
  const logarithmic = visor.plotHistory({ loss: [100, 10, 1, 0] }, { logarithmic: true });
  const [, some] = /<polyline points="([^"]+)"/.exec(logarithmic)!;
  const places = some!.split(" ").map((point) => Number(point.split(",")[1]));
  t.equal(places.length, 3, "0 has no logarithm");
  t.ok(Math.abs(places[1]! - places[0]! - (places[2]! - places[1]!)) < 0.2);
});

t.test("a value that is no number leaves a gap", async (t) => {
  const svg = visor.plotHistory({ loss: [NaN, 1, Infinity, 2] });
  t.notMatch(svg.replace(/aria-label="[^"]*"|<title>.*?<\/title>/g, ""), /NaN|Infinity/);
  t.equal(count(svg, "<circle"), 2);
  t.match(visor.plotHistory({ loss: [1], val_loss: [] }), /at the end loss 1\."/, "what was never measured");
});

t.test("what XML has no place for stands as a sign that it was there", async (t) => {
  t.match(visor.plotHistory({ loss: [1] }, { title: "a\u0000b\ud800c \u{1f600}" }), /aria-label="a\ufffdb\ufffdc \u{1f600}: 1 epoch/u);
});

for (const [what, given, expected] of [
  ["no record", null, /given null; expected what fit gave/],
  ["no metrics", {}, /expected what fit gave/],
  ["no epochs", { loss: [] }, /no epochs/],
  ["words", { loss: ["a"] }, /expected what fit gave/],
] as const)
  t.test(`plotHistory refuses ${what}`, async (t) => t.match(await messageOf(() => visor.plotHistory(given as never)), expected));

t.test("a confusion matrix counts true classes by predicted ones, whatever form they have", async (t) => {
  const wanted = [[1, 0, 0], [0, 1, 1], [0, 0, 1]]; // prettier-ignore
  const scores = [[9, 1, 0], [0, 1, 0], [0, 1, 5], [0, 0, 1]]; // prettier-ignore
  t.strictSame(visor.confusionCounts([0, 1, 1, 2], [0, 1, 2, 2]), wanted);
  t.strictSame(visor.confusionCounts(keras.utils.toCategorical([0, 1, 1, 2]) as tf.Tensor, scores), wanted);
  t.strictSame(visor.confusionCounts(tf.constant([[0], [1]], { dtype: "int32" }), [[0.2], [0.9]]), [[1, 0], [0, 1]]); // prettier-ignore
  const svg = visor.confusionMatrix([0, 1, 1, 2], scores, { classNames: ["cat", "dog", "fish"], normalize: "all" });
  t.ok(isWellFormed(svg));
  t.equal(count(svg, "<g>"), 9);
  t.match(svg, /<title>dog taken for fish: 1 \(50%\)<\/title>/);
  t.match(svg, /3 of 4 right, 75.0%. Most often wrong: dog as fish 1./);
});

t.test("a confusion matrix refuses what does not fit", async (t) => {
  t.match(await messageOf(() => visor.confusionMatrix([0, 1], [0])), /2 true and 1 predicted/);
  t.match(await messageOf(() => visor.confusionMatrix([0, 0.5], [0, 1])), /numbers that are no classes/);
  t.match(await messageOf(() => visor.confusionMatrix([0, -1], [0, 1])), /numbers that are no classes/);
  t.match(
    await messageOf(() => visor.confusionMatrix([0, 2], [0, 1], { classNames: ["a", "b"] })),
    /given 2 names; expected one for each of 3/,
  );
  t.match(await messageOf(() => visor.confusionMatrix([], [])), /given no samples/);
  t.match(await messageOf(() => visor.confusionMatrix([0, 1e9], [0, 1])), /given 1000000001 classes; expected at most/);
  t.match(await messageOf(() => visor.confusionMatrix([0, 1], [[0.5, 0.5], [NaN, 1]])), /yPred: given NaN among the scores/); // prettier-ignore
  t.match(await messageOf(() => visor.confusionMatrix([0], [0], { width: 50 })), /width: given 50; expected a number from 120/);
  t.match(await messageOf(() => visor.confusionMatrix(tf.zeros([2, 2, 2]), [0, 1])), /shape \[2, 2, 2\]/);
  t.match(await messageOf(() => visor.confusionMatrix([0], [0], { normalise: "row" } as never)), /normalise/);
});

t.test("many classes are one picture, with room for some of their names and a table of mistakes", async (t) => {
  const classes = Array.from({ length: 1000 }, (_, i) => i);
  const svg = visor.confusionMatrix(classes, classes.map((each) => (each === 7 ? 8 : each))); // prettier-ignore
  t.ok(isWellFormed(svg));
  t.equal(count(svg, "<image"), 1);
  t.ok(count(svg, "<text") < 100, `${count(svg, "<text")} texts`);
  t.match(svg, /999 of 1000 right, 99.9%. Most often wrong: 7 as 8 1\./);
  const some = visor.confusionMatrix(classes.slice(0, 50), classes.slice(0, 50));
  t.equal(count(some, "<g>"), 2500);
  t.equal(count(some, /<text[^>]*>0</), 2, "cells that are too small for a number have none: only the names of class 0");
});

t.test("a grid marks what was wrong", async (t) => {
  const images = tf.constant([[[0, 255]], [[1, 2]]], { dtype: "uint8" });
  const svg = visor.imageGrid(images, { yTrue: [0, 1], yPred: [[0.9, 0.1], [0.75, 0.25]], classNames: ["cat", "dog"] }); // prettier-ignore
  t.ok(isWellFormed(svg));
  t.equal(count(svg, "<image"), 2);
  t.equal(count(svg, "✗"), 1);
  t.match(svg, /<title>dog; predicted cat 75%, wrong<\/title>/);
  t.match(svg, /2 images, 1 of them wrong/);
  t.equal(count(visor.imageGrid(tf.zeros([5, 2, 2, 3]), { limit: 3 }), "<image"), 3);
  t.match(
    visor.imageGrid(images, { yPred: [[0.125], [0.75]] }),
    /<title>predicted 0 88%<.*<title>predicted 1 75%</s,
    "one score of two classes",
  );
  t.match(visor.imageGrid(images, { yPred: tf.constant([[1], [0]], { dtype: "int32" }) }), /<title>predicted 1<.*<title>predicted 0</s);
  t.notMatch(visor.imageGrid(tf.zeros([200, 2, 2]), { limit: 200, columns: 200 }), /(width|height)="-/, "many columns");
  t.match(await messageOf(() => visor.imageGrid(images, { yTrue: [0] })), /1 classes for 2 images/);
  t.match(await messageOf(() => visor.imageGrid(tf.zeros([2, 2]))), /shape \[2, 2\]/);
  t.match(await messageOf(() => visor.imageGrid(tf.zeros([2, 2, 2, 2]))), /shape \[2, 2, 2, 2\]/);
});

t.test("prediction bars are as long as values are", async (t) => {
  const svg = visor.predictionBars([[0.125, 0.5, 0.375]], { classNames: ["a", "b", "c"], top: 2, theme: "light", width: 400 });
  t.ok(isWellFormed(svg));
  const lengths = Array.from(svg.matchAll(/<rect [^>]*width="([\d.]+)" height="15"/g), ([, width]) => Number(width));
  t.equal(lengths.length, 4);
  t.ok(Math.abs(lengths[1]! / lengths[0]! - 0.5) < 0.01 && Math.abs(lengths[3]! / lengths[2]! - 0.375) < 0.01);
  t.match(svg, /Prediction: b with 50.0%/);
  t.notMatch(svg, />a</);
  t.match(await messageOf(() => visor.predictionBars([2, -1])), /given 2; expected values from 0 to 1.*softmax/);
  t.match(await messageOf(() => visor.predictionBars([NaN])), /given NaN/);
  t.match(await messageOf(() => visor.predictionBars([])), /shape \[0\]; expected \[classes\], one or more/);
  t.match(visor.predictionBars(tf.fill([200_000], 1 / 200_000), { top: 3 }), /Prediction: 0 with 0.0%/);
  t.match(await messageOf(() => visor.predictionBars(tf.zeros([2, 2]))), /shape \[2, 2\]/);
  t.match(await messageOf(() => visor.predictionBars([1], { classNames: ["a", "b"] })), /2 names/);
});

const net = new keras.Sequential([
  new keras.Input({ shape: [6, 6, 3] }),
  new keras.layers.Conv2D(4, 3, { name: "edges" }),
  new keras.layers.Flatten({ name: "flat" }),
  new keras.layers.Dense(2, { name: "head" }),
]);

t.test("weights are drawn layer by layer, filters as pictures", async (t) => {
  const svg = visor.layerWeights(net, { bins: 10 });
  t.ok(isWellFormed(svg));
  t.equal(count(svg, "<image"), 4);
  t.match(svg, /edges\/kernel \[3,3,3,4\]/);
  t.match(svg, /head\/bias \[2\] from/);
  t.equal(count(visor.layerWeights(net.layers[0]!, { limit: 3 }), "<image"), 3);
  t.match(await messageOf(() => visor.layerWeights(net.layers[1]!)), /flat, which has no weights/);
  t.match(await messageOf(() => visor.layerWeights("edges" as never)), /expected a layer or a model/);
});

t.test("activations are those of the first sample", async (t) => {
  const x = tf.concat([tf.zeros([1, 6, 6, 3]), tf.ones([1, 6, 6, 3])], 0);
  const svg = await visor.activations(net, x);
  t.ok(isWellFormed(svg));
  t.match(svg, /edges \[4,4,4\] from -0.5 to 0.5, mean 0;/, "all zeros");
  t.equal(count(svg, "<image"), 4);
  t.equal(count(await visor.activations(net, x, { layer: "head" }), "<image"), 0);
  t.match(await messageOf(() => visor.activations(net, x, { layer: "heads" })), /Did you mean head/);
});

t.test("a model is drawn, and listed as a table", async (t) => {
  t.match(await visor.modelGraph(net), /edges \(Conv2D\)[\s\S]*\(None, 4, 4, 4\)/);
  const html = visor.summary(net);
  t.ok(isWellFormed(html));
  t.equal(count(html, "<tr>"), 1 + 3 + 3);
  t.match(html, /<td>\(None, 4, 4, 4\)<\/td><td>112<\/td>/);
  t.match(html, /Total params: 242/);
  t.match(await messageOf(() => visor.modelGraph({} as never)), /expected a model/);
});

t.test("live charts are a page's", async (t) => {
  t.match(await messageOf(() => visor.trainingCharts({ replaceChildren() {} })), /given no page.*plotHistory/);
  t.match(await messageOf(() => visor.plotHistory({ loss: [1] }, { container: { replaceChildren() {} } })), /a container without a page/);
});

t.test("a line of many points keeps its course", async (t) => {
  const points = new Points(100);
  for (let i = 1; i <= 100_000; i++) points.add(i, i * 2);
  t.ok(points.xs.length < 100 && points.xs.length >= 50, `${points.xs.length} points`);
  t.strictSame(
    points.xs,
    points.xs.toSorted((a, b) => a - b),
  );
  points.xs.forEach((x, i) => t.ok(Math.abs(points.ys[i]! - 2 * x) <= 4096, `${x}: ${points.ys[i]}`));
  points.add(1, NaN);
  t.notOk(points.ys.some(Number.isNaN));
});

t.test("numbers of axes are round", async (t) => {
  t.strictSame(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  t.strictSame(ticks(-3, 7, 5), [-2, 0, 2, 4, 6]);
  t.strictSame(ticks(2, 2), [2]);
  t.strictSame([1, 0.25, 1e-5, 12345678, 1 / 3, NaN].map(short), ["1", "0.25", "1e-5", "1.2e+7", "0.3333", "NaN"]);
  t.strictSame(rangeOf([]), [0, 1]);
  t.strictSame(rangeOf([3, 3]), [1.5, 4.5]);
  t.strictSame(rangeOf([NaN, 2, -1, Infinity]), [-1, 2]);
});

t.test("text and series have contrast enough in both themes", async (t) => {
  const luminance = (color: string): number => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  for (const [name, theme] of Object.entries({ light, dark }))
    for (const [token, color] of Object.entries(theme)) {
      if (token === "paper" || token === "line") continue;
      const [high, low] = [luminance(color), luminance(theme.paper)].sort((a, b) => b - a) as [number, number];
      t.ok((high + 0.05) / (low + 0.05) >= 4.5, `${name} ${token}: ${((high + 0.05) / (low + 0.05)).toFixed(2)}`);
    }
});
