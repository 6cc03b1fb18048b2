// ONNX files that PyTorch exported, and networks of ours that others run: values, training further, and what the page on ONNX lists.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { readOnnx, tensorOf } from "../../lib/formats/onnx.js";
import { operators, readOnnxGraph } from "../../lib/saving/imported/onnx.js";
import { checkTypes, typesOf } from "../../lib/saving/imported/onnx-types.js";
import { operations } from "../../lib/saving/imported/tfjs.js";

const { keras } = tf;

interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly value: readonly number[];
}
interface Case {
  readonly file: string;
  readonly inputs: readonly Recorded[];
  readonly outputs: readonly Recorded[];
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "test/golden/data/onnx");
const { cases } = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as { cases: Case[] };

const tensorIn = ({ value, shape, dtype }: Recorded): tf.Tensor =>
  tf.constant(value as number[], { shape: shape as number[], dtype: (dtype === "int64" ? "int32" : dtype) as never });

/** The greatest difference, relative to values beyond 1. */
const apart = (got: tf.Tensor, wanted: ArrayLike<number>): number =>
  Array.from(got.data(), (value, i) => Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))).reduce(
    (a, b) => (b <= a ? a : b),
    0,
  );

t.ok(cases.length >= 10, `${cases.length} cases`);
for (const { file, inputs, outputs } of cases)
  t.test(file, async (t) => {
    const model = await keras.models.loadModel(join(folder, file));
    const tensors = inputs.map(tensorIn);
    const x = (tensors.length === 1 ? tensors[0]! : tensors) as tf.Tensor;
    const y = [model<tf.Tensor | tf.Tensor[]>(x as never)].flat()[0]!;
    t.same(y.shape, outputs[0]!.shape);
    t.ok(apart(y, outputs[0]!.value) <= 1e-4, `${apart(y, outputs[0]!.value)}`);
    if (model.trainableWeights.length === 0) return;
    model.compile({ optimizer: new keras.optimizers.SGD({ learningRate: 0.01 }), loss: "mse" });
    const { history } = await model.fit(x, tf.zeros(y.shape as number[]), { epochs: 3, batchSize: 8, verbose: 0 });
    t.ok(history["loss"]!.at(-1)! < history["loss"]![0]!, `trained further: ${String(history["loss"])}`);
    // What was trained stands in files of weights.
    await model.saveWeights("memory://onnx-outside/w.weights.h5");
    const again = await keras.models.loadModel(join(folder, file));
    await again.loadWeights("memory://onnx-outside/w.weights.h5");
    t.same(again.getWeights(), model.getWeights());
  });

t.test("which elements an operator takes is known of each, and elements of another kind are refused wherever they come from", (t) => {
  t.strictSame([...typesOf.keys()].sort(), Object.keys(operators).sort());
  const kinds = { float32: ["int32", "bool"], int64: ["float32", "bool"], bool: ["float32", "int64"] } as const;
  let [refused, all] = [0, 0];
  for (const { file } of cases) {
    const bytes = readFileSync(join(folder, file));
    readOnnxGraph(bytes, file);
    const graph = readOnnx(bytes, file);
    // Outputs are computed from what no operator vouches for (a cast, say), or known: then no other type goes through.
    const parts = [...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name), ...graph.outputs.map(({ name }) => name)];
    for (const part of parts) {
      const changed = (dtype: string) => ({
        ...graph,
        initializers: new Map(
          [...graph.initializers].map(([name, each]) => [name, name === part ? { ...each, fileDtype: dtype as never } : each]),
        ),
        inputs: graph.inputs.map((each) => (each.name === part ? { ...each, dtype: dtype as never } : each)),
        outputs: graph.outputs.map((each) => (each.name === part ? { ...each, dtype: dtype as never } : each)),
      });
      const own = graph.initializers.get(part)?.fileDtype ?? [...graph.inputs, ...graph.outputs].find(({ name }) => name === part)!.dtype;
      for (const dtype of kinds[own as keyof typeof kinds] ?? []) {
        all++;
        try {
          checkTypes(changed(dtype), file);
        } catch (error) {
          refused++;
          t.equal((error as Error).name, "FormatError");
          t.match((error as Error).message, file);
        }
      }
    }
  }
  t.ok(all > 200, `${all} changes`);
  t.ok(refused / all > 0.9, `${refused} of ${all} refused`);
  t.end();
});

t.test("elements that became lengths are not a tensor without elements", (t) => {
  const none = { dataType: 1, floatData: [], int32Data: [], int64Data: [], doubleData: [], name: "bias" };
  t.throws(() => tensorOf({ ...none, dims: [4, ...Array.from({ length: 16 }, () => 0)] }, "x"), { name: "FormatError" });
  t.same(tensorOf({ ...none, dims: [0] }, "x").shape, [0]);
  t.same(tensorOf({ ...none, dims: [1, 0, 4], rawData: new Uint8Array() }, "x").shape, [1, 0, 4]);
  t.end();
});

t.test("whole numbers beyond 32 bits are the ends of int32", (t) => {
  const message = {
    dims: [3],
    dataType: 7,
    floatData: [],
    int32Data: [],
    int64Data: [],
    doubleData: [],
    name: "ends",
    rawData: new Uint8Array(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 5n).buffer),
  };
  t.same([...tensorOf(message, "x").elements], [2 ** 31 - 1, -(2 ** 31), 5]);
  const list = { ...message, rawData: undefined, int64Data: [2 ** 63, -(2 ** 63), 5] };
  t.same([...tensorOf(list, "x").elements], [2 ** 31 - 1, -(2 ** 31), 5]);
  t.end();
});

t.test("the page on ONNX lists what is read", (t) => {
  const page = readFileSync(join(root, "docs/onnx.md"), "utf8");
  const listed = (mark: string) =>
    [...new RegExp(`<!-- ${mark} -->([^]*?)<!-- end -->`).exec(page)![1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  t.same(listed("operators"), Object.keys(operators).sort());
  t.same(listed("operations"), Object.keys(operations).sort());
  t.end();
});
