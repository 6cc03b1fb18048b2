// The functions that scripts of Keras 2 call as K, against what tf.keras 3.15 on TensorFlow 2.21 answered: values, dtypes, and what it refuses.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import t from "tap";
import * as tf from "../../lib/index.js";
import { goldenDir } from "../golden/cases.js";

const K = tf.keras.backend as unknown as Record<string, (...given: unknown[]) => unknown>;

interface Row {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: string;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase());
const isTensor = (value: unknown): value is { tensor: never; dtype: "float32" } =>
  typeof value === "object" && value !== null && "tensor" in value;
const read = (value: unknown): unknown =>
  isTensor(value)
    ? tf.constant(value.tensor, { dtype: value.dtype })
    : Array.isArray(value) && value.some(isTensor)
      ? value.map(read)
      : value;

const rows = gunzipSync(readFileSync(join(goldenDir, "older-backend.jsonl.gz")))
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

t.test(`${rows.length} calls`, async (t) => {
  for (const { name, args, kwargs, result, error } of rows) {
    const what = `${name}(${JSON.stringify(kwargs)})`;
    const options = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [camel(key), read(value)]));
    const call = (): unknown => K[camel(name)]!(...args.map(read), ...(Object.keys(options).length > 0 ? [options] : []));
    if (error !== undefined) {
      t.throws(call, { name: /^(ShapeError|ValueError|ArgumentError)$/ }, `${what} is refused`);
      continue;
    }
    const got = call();
    if (!isTensor(result)) t.same(got, result, what);
    else {
      const tensor = (got as tf.Tensor | tf.Variable).value();
      t.equal(tensor.dtype.replace("int32", "int"), result.dtype.replace(/int(32|64)/, "int"), `${what}: dtype`);
      const [ours, theirs] = [tensor.array(), result.tensor].map((each) => [each].flat(9) as (number | boolean)[]) as [number[], number[]];
      t.strictSame(tensor.shape, tf.constant(result.tensor).shape, `${what}: shape`);
      const far = ours.findIndex((value, i) => !(Math.abs(Number(value) - Number(theirs[i])) <= 2e-5 * (1 + Math.abs(Number(theirs[i])))));
      t.equal(far, -1, `${what}: ${ours[far]} where ${theirs[far]} was expected`);
    }
  }
});

t.test("variables are read, changed, and drawn", async (t) => {
  const v = K["variable"]!([1, 2], { name: "v" }) as tf.Variable;
  t.equal(v.dtype, "float32");
  K["setValue"]!(v, [3, 4]);
  t.same(K["getValue"]!(v), [3, 4]);
  K["updateAdd"]!(v, 1);
  K["updateSub"]!(v, [0, 1]);
  t.same(K["eval"]!(v), [4, 4]);
  K["movingAverageUpdate"]!(v, [0, 8], 0.75);
  t.same(K["batchGetValue"]!([v, tf.variable(1)]), [[3, 5], 1]);
  K["batchSetValue"]!([[v, [0, 1]]]);
  t.same(K["update"]!(v, [5, 6]) && v.array(), [5, 6]);
  for (const name of ["randomNormal", "randomUniform", "truncatedNormal"]) {
    const [a, b] = [0, 1].map(() => (K[name]!([500], { seed: 3 }) as tf.Tensor).array() as number[]);
    t.same(a, b, `${name}: the same seed gives the same numbers`);
    t.ok(new Set(a).size > 400, `${name}: they differ among each other`);
  }
  t.same((K["randomUniformVariable"]!([3], 2, 2.5) as tf.Variable).shape, [3]);
  t.same((K["randomNormalVariable"]!([3], 2, 0.5) as tf.Variable).shape, [3]);
  const draws = (K["randomBernoulli"]!([2000], 0.25, { seed: 1 }) as tf.Tensor).array() as number[];
  t.ok(draws.every((each) => each === 0 || each === 1));
  const part = draws.reduce((sum, each) => sum + each, 0) / 2000;
  t.ok(part > 0.15 && part < 0.35, `a quarter is 1: ${part}`);
  t.same((K["dropout"]!(tf.ones([100]), 0.5, { seed: 1 }) as tf.Tensor).shape, [100]);
});

t.test("a loss of K's functions trains, and a layer of them is part of a model", async (t) => {
  const { backend, layers } = tf.keras;
  const rootOfMean = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
    backend.sqrt(backend.mean(backend.square(tf.subtract(yPred, yTrue)), { axis: -1 }));
  const inputs = tf.keras.Input([3]);
  const outputs = new layers.Lambda((x: tf.Tensor) => backend.l2Normalize(x, { axis: -1 }))(new layers.Dense(2)(inputs));
  const model = new tf.keras.Model(inputs, outputs);
  model.compile({ optimizer: "sgd", loss: rootOfMean as never });
  const { history } = await model.fit(tf.ones([8, 3]), tf.zeros([8, 2]), { epochs: 2, verbose: 0 });
  t.ok(
    history["loss"]!.every((loss) => Math.abs(loss - Math.SQRT1_2) < 1e-5),
    "unit vectors of two: 1 / √2 from zero",
  );
  t.strictSame(backend.expandDims(inputs as never).shape, [null, 3, 1], "of Keras tensors nodes are made");
});
