// Boxes, masks and galleries: which pixels they color, and what the documents hold.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { visualization } = keras;
const red = [255, 0, 0] as const;

/** Where the first image is red: a row of "#" and "." for each row of pixels. */
const map = (images: tf.Tensor): string[] =>
  (images.array() as number[][][][])[0]!.map((row) => row.map((pixel) => (pixel.join() === red.join() ? "#" : ".")).join(""));

t.test("a box colors its edges and nothing else, whatever its format", async (t) => {
  const style = { color: red, lineThickness: 1 };
  const wanted = ["........", ".#####..", ".#...#..", ".#####..", "........"];
  const cases = {
    xyxy: [1, 1, 5, 3],
    yxyx: [1, 1, 3, 5],
    xywh: [1, 1, 4, 2],
    center_xywh: [3, 2, 4, 2],
    rel_xyxy: [0.125, 0.2, 0.625, 0.6],
  };
  for (const [format, box] of Object.entries(cases))
    t.strictSame(
      map(visualization.drawBoundingBoxes(tf.zeros([1, 5, 8, 3]), { boxes: [[box]], labels: [[0]] }, format, style)),
      wanted,
      format,
    );
  const first = visualization.drawBoundingBoxes(
    tf.zeros([1, 3, 5, 8]),
    { boxes: [[[1, 1, 5, 3]]], labels: [[0]] },
    "xyxy",
    { ...style, dataFormat: "channels_first" }, // prettier-ignore
  );
  t.strictSame([map(first), first.dtype], [wanted, "uint8"]);
});

t.test("a box with the label −1 is none, thick lines stand around the edge, and what lies outside is cut", async (t) => {
  const draw = (box: number[], label: number, lineThickness: number) =>
    map(
      visualization.drawBoundingBoxes(tf.zeros([1, 5, 5, 3]), { boxes: [[box]], labels: [[label]] }, "xyxy", { color: red, lineThickness }),
    );
  t.strictSame(draw([1, 1, 3, 3], -1, 1), Array(5).fill("....."));
  t.strictSame(draw([2, 2, 2, 2], 0, 3), [".....", ".###.", ".###.", ".###.", "....."]);
  t.strictSame(draw([-3, 1, 9, 9], 0, 1), [".....", "#####", ".....", ".....", "....."]);
});

t.test("the name of a class and its confidence are written where there is room", async (t) => {
  const boxes = { boxes: [[[2, 30, 50, 38]]], labels: [[1]], confidences: [[0.5]] };
  const draw = (options: object) =>
    map(visualization.drawBoundingBoxes(tf.zeros([1, 40, 120, 3]), boxes, "xyxy", { color: red, ...options }));
  const count = (rows: string[]) => rows.join("").split("#").length - 1;
  const plain = draw({});
  const named = draw({ classMapping: { 1: "cat" }, fontScale: 0.5 });
  t.strictSame(draw({ classMapping: { 0: "dog" } }), plain, "another class has a name");
  t.ok(count(named.slice(0, 28)) > 40, "letters above the box");
  t.strictSame(named.slice(28), plain.slice(28));
  const letter = draw({ classMapping: new Map([[1, "c"]]), fontScale: 0.5, textThickness: 1 }).slice(15, 22);
  t.strictSame(letter.map((row) => row.slice(2, 7)), [".....", ".....", ".###.", "#...#", "#....", "#...#", ".###."]); // prettier-ignore
});

t.test("masks are blended, and ignored pixels stay", async (t) => {
  const images = tf.fill([1, 1, 3, 3], 100);
  const masks = tf.constant([[[[0], [1], [-1]]]], { dtype: "int32" });
  const colorMapping = { 0: [200, 0, 0], 1: [0, 50, 250] } as const;
  const drawn = visualization.drawSegmentationMasks(images, masks, { colorMapping, alpha: 0.5 });
  t.strictSame([drawn.array(), drawn.dtype], [[[[[150, 50, 50], [50, 75, 175], [100, 100, 100]]]], "uint8"]); // prettier-ignore
  const plain = visualization.drawSegmentationMasks(images, masks, { colorMapping, blend: false });
  t.strictSame([plain.array(), plain.dtype], [[[[[200, 0, 0], [0, 50, 250], [100, 100, 100]]]], "float32"]); // prettier-ignore
  const palette = visualization.drawSegmentationMasks(tf.zeros([1, 1, 3, 3]), masks, { alpha: 1 });
  t.strictSame(palette.array(), [[[[0, 0, 0], [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1].map((each) => each % 255), [0, 0, 0]]]]);
});

t.test("galleries are SVG documents and PNG files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gallery-"));
  const images = tf.constant([[[[1, 0, 0]]], [[[0, 1, 0]]], [[[0, 0, 1]]]]); // prettier-ignore
  const options = { valueRange: [0, 1], yTrue: [0, 1, 1], yPred: [0, 1, 5], labelMap: { 0: "a<b", 1: "dog" } } as const;
  const svg = await visualization.plotImageGallery(images, options);
  t.equal(svg.split("<image ").length, 4);
  for (const words of ["Label: a&lt;b  Pred: a&lt;b", "Label: dog  Pred: Unknown"]) t.ok(svg.includes(words), words);
  const path = join(folder, "gallery.png");
  await visualization.plotImageGallery(images, { valueRange: [0, 1], path, rows: 1, scale: 1, dpi: 10, transparent: false });
  const pixels = await keras.utils.loadImg(path);
  t.strictSame(pixels.shape, [18, 46, 3]);
  const row = (pixels.array() as number[][][])[9]!;
  t.strictSame([row[0], row[9], row[23], row[37]], [[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]); // prettier-ignore
  await visualization.plotImageGallery(images, { valueRange: [0, 1], path: join(folder, "gallery.svg") });
  t.ok(readFileSync(join(folder, "gallery.svg"), "utf8").startsWith("<svg"));
  const boxes = { boxes: [[[0, 0, 1, 1]]], labels: [[0]] };
  const boxed = await visualization.plotBoundingBoxGallery(tf.zeros([1, 8, 8, 3]), "rel_xyxy", {
    yTrue: boxes,
    yPred: boxes,
    legend: true,
  });
  t.ok(boxed.includes("Ground Truth") && boxed.includes("Prediction"));
  const masked = await visualization.plotSegmentationMaskGallery(tf.zeros([2, 4, 4, 3]), 2, {
    yTrue: tf.zeros([2, 4, 4]),
    yPred: tf.ones([2, 4, 4, 1]),
  });
  t.equal(masked.split("<image ").length, 7);
});

t.test("what does not fit is refused", async (t) => {
  const images = tf.zeros([1, 4, 4, 3]);
  const boxes = { boxes: [[[0, 0, 1, 1]]], labels: [[0]] };
  t.throws(() => visualization.drawBoundingBoxes(tf.zeros([4, 4, 3]), boxes, "xyxy"), { name: "ShapeError" });
  t.throws(() => visualization.drawBoundingBoxes(images, { boxes: [[[0, 0, 1, 1]]] } as never, "xyxy"), { name: "ArgumentError" });
  t.throws(() => visualization.drawBoundingBoxes(images, { boxes: [[[0, 0, 1, 1]]], labels: [[0, 1]] }, "xyxy"), { name: "ShapeError" });
  t.throws(() => visualization.drawBoundingBoxes(images, boxes, "xyxy", { color: [1, 2] as never }), { name: "ValueError" });
  t.throws(() => visualization.drawSegmentationMasks(images, tf.zeros([1, 4, 4, 1])), { name: "DtypeError" });
  const masks = tf.ones([1, 4, 4], { dtype: "int32" });
  t.throws(() => visualization.drawSegmentationMasks(images, masks, { colorMapping: { 0: [0, 0, 0] } }), { name: "ValueError" });
  t.throws(() => visualization.drawSegmentationMasks(images, masks, { alpha: 2 }), { name: "ValueError" });
  await t.rejects(visualization.plotImageGallery(images, { yTrue: [0] }), { name: "ArgumentError" });
  await t.rejects(visualization.plotImageGallery(images, { path: "a.gif" }), { name: "ValueError" });
  await t.rejects(visualization.plotImageGallery(images, { row: 1 } as never), { name: "ArgumentError" });
  await t.rejects(visualization.plotImageGallery(images, { show: true }), { name: "StateError" });
});
