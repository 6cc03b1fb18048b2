// The engine's 256-bit operations, on every Node at hand: the same bytes as without, and a clear error where there are none.

import { join } from "node:path";
import t from "tap";
import { nodes } from "../support/packed.js";
import { run } from "../support/run.js";
import { repository } from "../support/sources.js";

/** Enough calls of each kernel that the engine compiles its best code, then the bytes of the results. */
const program = (revectorize: boolean) => `
import { createHash } from "node:crypto";
import * as tf from "./build/lib/index.js";
const { layers, optimizers, losses, ops } = tf.keras;
tf.keras.utils.setRandomSeed?.(7);
const before = tf.config.get().revectorize;
await tf.config.set({ revectorize: ${revectorize}, threads: 2 });
const hash = createHash("sha256");
const keep = (x) => hash.update(new Uint8Array((x.data?.() ?? x).slice().buffer));
const values = (...shape) => tf.constant(Float32Array.from({ length: ops.prod(shape).item() }, (_, i) => Math.sin(i * 0.37))).reshape(shape);
const [a, b] = [values(256, 256), values(256, 256)];
const each = [() => tf.matmul(a, b), () => tf.exp(a), () => ops.gelu(a), () => tf.add(a, b), () => ops.softmax(a), () => ops.sum(a, { axis: 0 })];
for (const f of each) {
  for (let i = 0; i < 60; i++) tf.tidy(() => void f());
  keep(f());
}
const kernel = (i, shape) => values(...shape).mul(0.1 + i / 10);
const model = new tf.keras.Sequential([
  new layers.Conv2D(32, 3, { activation: "relu" }), new layers.MaxPooling2D(), new layers.Conv2D(32, 3), new layers.Flatten(), new layers.Dense(10),
]);
model.build([null, 14, 14, 1]);
model.setWeights(model.weights.map(({ shape }, i) => kernel(i, shape)));
model.compile({ optimizer: new optimizers.Adam(), loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
const [x, y] = [values(32, 14, 14, 1), tf.constant(Int32Array.from({ length: 32 }, (_, i) => i % 10))];
for (let i = 0; i < 40; i++) await model.trainOnBatch(x, y);
for (const weight of model.getWeights()) keep(weight);
console.log(before, tf.config.get().revectorize, hash.digest("hex"));
`;

const evaluate = (path: string, text: string) => run(path, ["--input-type=module", "--eval", text], { cwd: join(repository) });

for (const { name, path } of nodes()) {
  const isAble = /^node 24\b/.test(name);
  t.test(isAble ? `${name}: results are the same bytes with and without` : `${name}: an error says what it takes`, async (t) => {
    const revectorized = await evaluate(path, program(true));
    if (!isAble) {
      t.not(revectorized.status, 0);
      t.match(revectorized.stderr, "config.revectorize: given true on an engine that can't; expected Node 24");
      return;
    }
    const plain = await evaluate(path, program(false));
    t.equal(revectorized.stderr, "");
    t.match(plain.stdout, /^false false [0-9a-f]{64}\n$/);
    t.equal(revectorized.stdout, plain.stdout.replace("false false", "false true"));
  });
}
