// Preprocessing of images and the names of classes, against what Keras recorded.

import t from "tap";
import { toCamelCase } from "../../lib/config/names.js";
import * as tf from "../../lib/index.js";
import { keras } from "../../lib/index.js";
import { recorded } from "./facts.js";

interface Line {
  readonly fn: string;
  readonly mode?: string;
  readonly data_format?: string | null;
  readonly input_kind: string;
  readonly input_shape: readonly number[];
  readonly shape?: readonly (number | null)[];
  readonly dtype?: string;
  readonly values?: readonly number[];
  readonly error?: string;
  readonly fact?: string;
}

interface Decoding {
  readonly fn: "decode_predictions";
  readonly pred: string;
  readonly args: { readonly top?: number };
  readonly result?: readonly (readonly (readonly [string, string, number])[])[];
  readonly error?: string;
}

const lines = recorded<Line | Decoding>("preprocess.jsonl.gz");
const isDecoding = (line: Line | Decoding): line is Decoding => line.fn === "decode_predictions";

type Preprocess = (x: tf.TensorLike, options: object) => tf.Tensor;

/** `resnet_v2.preprocess_input` of keras.applications. */
function preprocessOf(name: string): Preprocess {
  const [module, fn] = name.split(".").map(toCamelCase) as [string, string];
  return (keras.applications as unknown as Record<string, Record<string, Preprocess>>)[module]![fn]!;
}

/** The recorded pixels in a container of the recorded kind: an array for one of numpy, a tensor for a tensor. */
function pixels({ input_kind: kind, input_shape: shape }: Line): tf.TensorLike {
  if (kind === "KerasTensor") return keras.Input({ batchShape: shape });
  const size = shape.reduce((product, length) => product * length, 1);
  const flat = Array.from({ length: size }, (_, i) => (37 * i + 11) % 256);
  const [container, dtype] = kind.split(" ") as [string, string];
  const kept = dtype.startsWith("float") ? "float32" : dtype === "int64" ? "int32" : dtype;
  const tensor = tf.constant(flat, { shape, dtype: kept as "float32" });
  return container === "tensor" || kept === "uint8" ? tensor : (tensor.array() as tf.TensorLike);
}

t.test("preprocessInput", async (t) => {
  const recordedLines = lines.filter((line): line is Line => !isDecoding(line));
  t.equal(recordedLines.length, 179);
  for (const line of recordedLines) {
    const label = `${line.fn} ${line.mode ?? ""} ${line.data_format ?? ""} ${line.input_kind}`;
    const options = { ...(line.mode && { mode: line.mode }), ...(line.data_format !== undefined && { dataFormat: line.data_format }) };
    const run = () => preprocessOf(line.fn)(pixels(line), options);
    if (line.error) {
      t.throws(run, { name: "ValueError", given: '"bad"' }, label);
      continue;
    }
    if (line.fact === "in_place") {
      // A numpy array is changed in place; a tensor here never is.
      const x = tf.constant(Float32Array.from({ length: 12 }, (_, i) => i), { shape: line.input_shape }); // prettier-ignore
      preprocessOf(line.fn)(x, options);
      t.strictSame([...x.data()], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], label);
      continue;
    }
    const result = run();
    t.strictSame(result.shape, line.shape, label);
    t.equal(result.dtype, line.dtype === "float64" ? "float32" : line.dtype, label);
    if (!line.values) continue;
    const found = result.data();
    t.ok(
      line.values.every((value, i) => Math.abs(found[i]! - value) <= 1e-5 * Math.max(1, Math.abs(value))),
      label,
    );
  }
});

/** Scores as the recorded text says. */
function scores(text: string): tf.Tensor {
  const zeros = /^zeros\[(.*)\]$/.exec(text);
  if (zeros) return tf.zeros(zeros[1]!.split(",").map(Number));
  if (text.includes("ties")) {
    const likely: Readonly<Record<number, number>> = { 3: 0.5, 7: 0.5, 500: 0.2 };
    return tf.constant([Array.from({ length: 1000 }, (_, i) => likely[i] ?? 0)]);
  }
  return tf.constant(
    Float32Array.from({ length: 2000 }, (_, i) => ((i * 7919) % 2003) / 2003),
    { shape: [2, 1000] },
  );
}

const classIndex = Object.fromEntries(
  Array.from({ length: 1000 }, (_, i) => [`${i}`, [`n${`${i}`.padStart(8, "0")}`, `class_${i}`] as const]),
);

t.test("decodePredictions", async (t) => {
  const { decodePredictions } = keras.applications.imagenetUtils;
  const decodings = lines.filter(isDecoding);
  t.equal(decodings.length, 11);
  for (const { pred, args, result, error } of decodings) {
    const found = decodePredictions(scores(pred), { ...args, classIndex });
    if (error) {
      await t.rejects(found, { name: "ShapeError", expected: "[samples, 1000]" }, pred);
      continue;
    }
    // The order of equal scores is left open.
    const ordered = (rows: typeof result) => rows!.map((row) => row.map(([, , score]) => score));
    t.strictSame(ordered(await found), ordered(result!), pred);
    if (!pred.includes("ties")) t.strictSame(await found, result, pred);
    for (const [id, name, score] of (await found).flat()) {
      t.equal(classIndex[`${Number(id.slice(1))}`]![1], name);
      if (pred.includes("ties")) t.equal(score, Math.fround({ class_3: 0.5, class_7: 0.5, class_500: 0.2 }[name] ?? 0));
    }
  }
});

t.test("what decodePredictions refuses", async (t) => {
  const { decodePredictions } = keras.applications.vgg16;
  const preds = tf.zeros([1, 1000]);
  await t.rejects(decodePredictions(preds, { top: -1, classIndex }), { message: /^decodePredictions.top: given/ });
  await t.rejects(decodePredictions(preds, { top: 1.5, classIndex }), { message: /^decodePredictions.top: given/ });
  await t.rejects(decodePredictions(preds, { classIndex: { 0: ["n0", "a"] } }), { message: /^decodePredictions.classIndex: given/ });
  await t.rejects(decodePredictions(preds, { best: 3 } as never), { name: "ArgumentError" });
  t.equal((await decodePredictions(preds, { top: 2000, classIndex }))[0]!.length, 1000);
});
