// What networks compute: 36 cases of 19 networks with weights and images by formula, against Keras's results in float32 and float64.

import t from "tap";
import { keras, type Tensor } from "../../lib/index.js";
import * as tf from "../../lib/index.js";
import { formulaInput, make, recorded, setFormulaWeights } from "./facts.js";

t.setTimeout(240_000);

interface Case {
  readonly name: string;
  readonly args: Readonly<Record<string, never>> & { readonly input_shape: readonly number[] };
  readonly data_format?: string;
  readonly batch: number;
  readonly input_kind: string;
  readonly gain: number;
  readonly params: number;
  readonly n_weights: number;
  readonly output_shape: readonly number[];
  readonly stride: number;
  readonly output: readonly number[];
  readonly output64: readonly number[];
  readonly tolerance: number;
  readonly input_check: readonly number[];
  readonly weight_checks: readonly (readonly [k: number, path: string, shape: readonly number[], first: readonly number[], sum: number])[];
  readonly taps: readonly (readonly [
    layer: number,
    name: string,
    shape: readonly number[],
    mean: number,
    deviation: number,
    indices: readonly number[],
    values: readonly number[],
  ])[];
}

const cases = recorded<Case>("numeric.jsonl.gz");

/** The first recorded layer whose output is off, to find where results part. */
function parting(model: keras.Model, x: Tensor, { taps }: Case): string {
  for (const [index, name, , , , indices, values] of taps) {
    const output = new keras.Model(model.inputs[0]!, model.layers[index]!.output as Tensor)(x).data();
    const largest = Math.max(...values.map(Math.abs), 1e-3);
    if (indices.some((at, i) => Math.abs(output[at]! - values[i]!) > 1e-3 * largest))
      return `${name}: ${indices.map((at) => output[at])} instead of ${values}`;
  }
  return "no recorded layer";
}

t.test("outputs of networks", async (t) => {
  t.equal(cases.length, 36);
  for (const each of cases) {
    const label = `${each.name} ${JSON.stringify(each.args)}`;
    const model = await make(each.name, each.args, each.data_format);
    t.equal(model.weights.length, each.n_weights, label);
    setFormulaWeights(model, each.gain);
    for (const [k, path, shape, first, sum] of each.weight_checks) {
      const weight = model.weights[k]! as (typeof model.weights)[number] & { path: string };
      const values = weight.data() as Float32Array;
      t.strictSame([weight.path, weight.shape, [...values.slice(0, 3)]], [path, shape, first], label);
      const total = values.reduce((a, b) => a + b, 0);
      t.ok(Math.abs(total - sum) <= 1e-9 * Math.max(1, Math.abs(sum)) + 1e-9, `${label}: the sum of ${path}`);
    }
    const values = formulaInput([each.batch, ...each.args.input_shape], each.input_kind);
    t.strictSame([...values.slice(0, 6)], each.input_check);
    const x = tf.constant(values, { shape: [each.batch, ...each.args.input_shape] });
    const output = (await model.predict(x)) as Tensor;
    t.strictSame(output.shape, each.output_shape, label);
    const found = output.data();
    const far = (expected: readonly number[]) =>
      expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i * each.stride]! - value)), 0);
    const isNear = far(each.output) <= each.tolerance && far(each.output64) <= each.tolerance;
    t.ok(isNear, `${label}: ${far(each.output)} of ${each.tolerance}${isNear ? "" : `; from ${parting(model, x, each)} on`}`);
  }
});
