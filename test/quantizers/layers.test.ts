// Quantized layers against Keras: variables, policy, config, outputs, gradients, and LoRA on top of them.

import t from "tap";
import * as tf from "../../lib/index.js";
import { distance, golden, type Recorded, tensor } from "./golden.js";

const { keras } = tf;

interface RecordedWeight {
  readonly name: string;
  readonly dtype: string;
  readonly trainable: boolean;
  readonly value: Recorded;
}
interface LayerRow {
  readonly note: string;
  readonly config: object;
  readonly build: (number | null)[] | null;
  readonly weights: readonly Recorded[];
  readonly mode: string;
  readonly quantization: object | null;
  readonly x: Recorded;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly policy: string;
  readonly after: readonly RecordedWeight[];
  readonly saved: { readonly config: object };
  readonly y: Recorded;
  readonly up?: Recorded;
  readonly dx?: Recorded | null;
  readonly lora?: {
    readonly rank: number;
    readonly weights: readonly RecordedWeight[];
    readonly y: Recorded;
    readonly saved: readonly Recorded[];
  };
}

interface AnyLayer {
  (x: tf.Tensor, options?: object): tf.Tensor;
  build(shape?: unknown): void;
  quantize(mode: string, options?: object): void;
  enableLora(rank: number): void;
  readonly dtypePolicy: { readonly name: string };
  readonly quantizationMode: string | null;
  readonly weights: tf.Variable[];
  getWeights(): unknown[];
  setWeights(values: readonly unknown[]): void;
  getConfig(): object;
}

const rows = golden<{ layers: LayerRow[] }>("quantization.json.gz").layers;
const near = (actual: tf.Tensor | tf.Variable, expected: Recorded): number => distance(actual, expected) ?? Infinity;

function made(row: LayerRow): AnyLayer {
  const layer = keras.layers.deserialize(row.config as never) as unknown as AnyLayer;
  if (row.build) layer.build(row.build);
  else layer.build();
  layer.setWeights(row.weights.map(tensor));
  return layer;
}

t.ok(rows.length >= 60);
for (const [i, row] of rows.entries())
  t.test(`${i}: ${row.note}, ${row.policy}`, async (t) => {
    const layer = made(row);
    const config = row.quantization && keras.quantizers.deserialize(row.quantization as never);
    layer.quantize(row.mode, config ? { config } : {});
    t.equal(layer.dtypePolicy.name, row.policy);
    t.equal(layer.quantizationMode, row.mode);
    t.same({ ...layer.getConfig(), name: "" }, { ...row.saved.config, name: "" });
    t.same(
      layer.weights.map(({ name, dtype, trainable }) => [name, dtype, trainable]),
      row.after.map(({ name, dtype, trainable }) => [name, dtype, trainable]),
    );
    for (const [i, { value }] of row.after.entries()) t.ok(near(layer.weights[i]!, value) < 1e-6, row.after[i]!.name);
    const x = tensor(row.x);
    const call = (x: tf.Tensor): tf.Tensor => layer(x, row.kwargs);
    t.ok(near(call(x), row.y) < 1e-5, "eager");
    t.ok(near(tf.function(call)(x), row.y) < 1e-5, "traced");
    // On the way back of an embedding Keras lets no gradient through the rounding of its input; here it passes as elsewhere.
    if (row.up && row.dx && !row.note.includes("reverse")) {
      const slope = (x: tf.Tensor): tf.Tensor => {
        const tape = new tf.GradientTape();
        tape.watch(x);
        const target = tape.record(() => tf.reduceSum(tf.multiply(call(x), tensor(row.up!))));
        return tape.gradient(target, x)!;
      };
      t.ok(near(slope(x), row.dx) < 1e-5, "gradient");
      t.ok(near(tf.function(slope)(x), row.dx) < 1e-5, "traced gradient");
    }
    const rebuilt = keras.layers.deserialize(keras.layers.serialize(layer as never) as never) as unknown as AnyLayer;
    if (rebuilt.weights.length === 0) rebuilt.build(row.build ?? undefined);
    rebuilt.setWeights(layer.getWeights());
    t.same(rebuilt(x, row.kwargs).data(), call(x).data(), "made again from its config");
    if (!row.lora) return;
    layer.enableLora(row.lora.rank);
    t.same(layer.weights.map(({ name }) => name), row.lora.weights.map(({ name }) => name)); // prettier-ignore
    layer.setWeights(row.lora.weights.map(({ value }) => tensor(value)));
    t.ok(near(call(x), row.lora.y) < 1e-5, "with LoRA");
    const { variables, merged } = (
      layer as unknown as { [key: symbol]: () => { variables: tf.Variable[]; merged?: Map<tf.Variable, () => tf.Tensor> } }
    )[Symbol.for("kerasm.kerasState")]!();
    const values = variables.map((variable) => merged?.get(variable)?.() ?? variable);
    t.equal(values.length, row.lora.saved.length);
    for (const [i, value] of values.entries()) {
      // Whole numbers at a half may be rounded either way.
      const limit = value.dtype === "int8" ? 1 / 64 : 1e-5;
      t.ok(near(value, row.lora.saved[i]!) < (row.mode === "int4" && i === 0 ? Infinity : limit), `merged, ${i}`);
    }
  });

t.test("LoRA refuses what it cannot be made of, and what is assigned to it", (t) => {
  const layer = new tf.keras.layers.Dense(3, { name: "d" });
  t.throws(() => layer.enableLora(2), /^d\.enableLora: given a layer that is not built/);
  layer.build([null, 4]);
  for (const rank of [0, -1, 1.5, "2"])
    t.throws(() => layer.enableLora(rank as number), /^d\.enableLora\.rank: given .+; expected a positive/);
  t.throws(() => layer.enableLora(2, { loraAlpha: "x" as never }), /^d\.enableLora\.loraAlpha: given "x"; expected a/);
  t.equal(layer.loraEnabled, false, "nothing of it is left");
  t.throws(() => (layer.loraRank = 2), /^d\.loraRank: given 2 by assignment; expected enableLora/);
  t.throws(() => (layer.loraAlpha = 2), /^d\.loraAlpha: given 2 by assignment; expected enableLora/);
  layer.enableLora(2, { loraAlpha: 3 });
  t.strictSame([layer.loraRank, layer.loraAlpha, layer.loraEnabled], [2, 3, true]);
  t.throws(() => layer.enableLora(2), /given a second call/);
  t.end();
});
