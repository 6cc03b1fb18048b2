import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { Checkpoint } = tf.train;

/** Something with state in many forms. */
class Module {
  w = tf.variable([1, 2, 3]);
  readonly parts: { list: tf.Variable[]; map: Map<string, tf.Variable> } = {
    list: [tf.variable(4), tf.variable(5, { dtype: "int32" })],
    map: new Map([["a", tf.variable(true)]]),
  };
  readonly pairs = [
    ["w", tf.variable(6)],
    [1, tf.variable(7)],
  ] as [unknown, tf.Variable][];
  self = this;
  numbers = [1, 2, 3];
  optimizer = new tf.keras.optimizers.RMSprop({ momentum: 0.9 });
  mean = new tf.keras.metrics.Mean();
  generator = new tf.keras.random.SeedGenerator(7);
  data = tf.data.Dataset.range(10).shuffle(10);
  counter = {
    count: 0,
    saveState: () => ({ count: this.counter.count }),
    loadState: ({ count }: { count: number }) => void (this.counter.count = count),
  };

  step() {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => tf.reduceSum(this.w.mul(this.w)));
    this.optimizer.applyGradients([[tape.gradient(loss, this.w), this.w]]);
    this.mean.updateState(loss);
    this.generator.next();
    this.counter.count++;
  }

  values(): unknown[] {
    const { w, parts, pairs, optimizer, mean, generator, counter } = this;
    const variables = [
      w,
      ...pairs.map(([, variable]) => variable),
      ...parts.list,
      ...parts.map.values(),
      ...optimizer.variables,
      ...mean.variables,
      generator.state,
    ];
    return [...variables.map((variable) => variable.array()), counter.count];
  }
}

t.test("everything that objects hold comes back", async (t) => {
  const module = new Module();
  for (let i = 0; i < 3; i++) module.step();
  for (const [, variable] of module.pairs) variable.assign(11);
  module.parts.list[1]!.assign(9);
  module.parts.map.get("a")!.assign(false);
  const order: number[] = [];
  for (const element of module.data) if (order.push(element.item()) === 4) break;
  const checkpoint = new Checkpoint({ module });
  const path = await checkpoint.save(join(t.testdir(), "ckpt"));
  t.match(path, /ckpt-1$/);

  const other = new Module();
  other.step();
  const restored = new Checkpoint({ module: other });
  (await restored.restore(path)).assertConsumed();
  t.strictSame(other.values(), module.values());
  t.equal(restored.saveCounter.item(), 1);
  t.strictSame(Array.from(other.data, String), Array.from(module.data, String));
});

t.test("what for … of asks a dataset for is saved, too", async (t) => {
  const data = tf.data.Dataset.range(10).shuffle(5, { seed: 1 });
  for (const symbol of [Symbol.iterator, Symbol.asyncIterator] as const) {
    const rest = data[symbol]();
    const next = async () => ((await rest.next()).value as unknown as tf.Tensor).item();
    const checkpoint = new Checkpoint({ rest });
    await next();
    const path = await checkpoint.write(join(t.testdir(), "rest"));
    const after = [await next(), await next()];
    (await checkpoint.restore(path)).assertConsumed();
    t.strictSame([await next(), await next()], after);
    t.equal((rest as unknown as Record<symbol, () => unknown>)[symbol]!(), rest, "it is iterable itself, as JavaScript's own are");
  }
});

t.test("values wait for variables that do not exist yet", async (t) => {
  const trained = new Module();
  trained.step();
  const path = await new Checkpoint({ trained }).save(join(t.testdir(), "ckpt"));

  const untrained = new Module();
  const status = await new Checkpoint({ trained: untrained }).restore(path);
  t.throws(() => status.assertConsumed(), {
    name: "CheckpointError",
    message: /values that no object took: trained.optimizer.variables\[2\]/,
  });
  status.assertExistingObjectsMatched();
  trained.step();
  untrained.step(); // makes the slots, and needs their values at once
  t.strictSame(untrained.values(), trained.values());
  status.assertConsumed();
});

t.test("values wait for variables that a traced function makes", async (t) => {
  class Lazy {
    v?: tf.Variable;
    call = tf.function((x: tf.Tensor) => {
      this.v ??= tf.variable(() => 10);
      return this.v.mul(x);
    });
  }
  const lazy = new Lazy();
  t.equal(lazy.call(tf.constant(2)).item(), 20);
  lazy.v!.assign(7);
  const path = await new Checkpoint({ lazy }).save(join(t.testdir(), "ckpt"));
  const later = new Lazy();
  const status = await new Checkpoint({ lazy: later }).restore(path);
  t.equal(later.call(tf.constant(2)).item(), 14);
  status.assertConsumed();
});

t.test("an object that is reached by several names is saved once", async (t) => {
  const v = tf.variable(1);
  const path = await new Checkpoint({ a: { v }, b: v }).write(join(t.testdir(), "once"));
  const [a, b] = [tf.variable(0), tf.variable(0)];
  (await new Checkpoint({ a: { v: a } }).restore(path)).assertConsumed();
  t.equal(a.item(), 1);
  await new Checkpoint({ b }).restore(path);
  t.equal(b.item(), 1);
});

t.test("nothing is restored where there is no checkpoint", async (t) => {
  const v = tf.variable(1);
  const status = await new Checkpoint({ v }).restore(null);
  t.equal(v.item(), 1);
  t.throws(() => status.assertConsumed(), { name: "StateError", message: /restore got null/ });
  status.expectPartial();
  await t.rejects(new Checkpoint({ v }).restore(join(t.testdir(), "none-1")), { name: "CheckpointError", message: /there is no file/ });
});

t.test("a checkpoint of other shapes changes nothing", async (t) => {
  const path = await new Checkpoint({ a: tf.variable([1, 2]), b: tf.variable([3, 4]) }).write(join(t.testdir(), "two"));
  const [a, b] = [tf.variable([0, 0]), tf.variable([0, 0, 0])];
  await t.rejects(new Checkpoint({ a, b }).restore(path), {
    name: "CheckpointError",
    message: /two: b: given float32 \[2\]; expected float32 \[3\]/,
  });
  t.strictSame([a.array(), b.array()], [[0, 0], [0, 0, 0]]); // prettier-ignore
});

t.test("a state that refuses changes nothing", async (t) => {
  const path = await new Checkpoint({ a: tf.variable(1), data: tf.data.Dataset.range(3).batch(2) }).write(join(t.testdir(), "data"));
  const a = tf.variable(0);
  const wrong = new Checkpoint({ a, data: tf.data.Dataset.range(3) });
  await t.rejects(wrong.restore(path), { name: "CheckpointError", message: /data: data: given .*expected one of rows < range/ });
  t.equal(a.item(), 0);
});

t.test("partial restores say what is missing", async (t) => {
  const path = await new Checkpoint({ a: tf.variable(1), b: tf.variable(2) }).write(join(t.testdir(), "two"));
  const a = tf.variable(0);
  (await new Checkpoint({ a }).restore(path)).expectPartial().assertExistingObjectsMatched();
  t.equal(a.item(), 1);
  const more = await new Checkpoint({ a, c: tf.variable(0) }).restore(path);
  t.throws(() => more.assertExistingObjectsMatched(), { name: "CheckpointError", message: /no value for c;/ });
});

t.test("damaged, shortened and foreign files are refused by file and tensor, and change nothing", async (t) => {
  const saved = { first: tf.variable([1, 2, 3, 4]), second: tf.variable(new Float32Array(100).fill(1)) };
  const path = await new Checkpoint(saved).write(join(t.testdir(), "whole"));
  const whole = readFileSync(path);
  const present = { first: tf.variable([0, 0, 0, 0]), second: tf.variable(new Float32Array(100)) };
  const checkpoint = new Checkpoint(present);
  const refuse = async (bytes: Uint8Array, message: RegExp, name: string) => {
    const broken = join(t.testdir(), "broken");
    writeFileSync(broken, bytes);
    await t.rejects(checkpoint.restore(broken), { name: "CheckpointError", message }, name);
  };
  const flipped = (at: number) => {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 1;
    return bytes;
  };
  await refuse(flipped(whole.length - 30), /broken: given tensor second with the checksum/, "data");
  await refuse(flipped(40), /a header with the checksum/, "header");
  await refuse(flipped(8), /a checkpoint of version 0/, "version");
  await refuse(flipped(0), /begins with "JERASMCK"; expected a checkpoint of kerasm/, "magic");
  await refuse(whole.subarray(0, -40), /ends in tensor second; expected 400 bytes of it/, "short");
  await refuse(whole.subarray(0, 60), /ends in its header/, "very short");
  await refuse(new Uint8Array(0), /a file of 0 bytes/, "empty");
  for (let at = 0; at < whole.length; at += 7) {
    try {
      const broken = join(t.testdirName, "any");
      writeFileSync(broken, flipped(at));
      await checkpoint.restore(broken);
    } catch (error) {
      if ((error as Error).name !== "CheckpointError") t.fail(`byte ${at}: ${error}`);
    }
    const values = [...present.first.data(), ...present.second.data()];
    if (!values.every((value) => value === 0) && !values.every((value) => value > 0)) t.fail(`byte ${at} restored a part`);
    for (const variable of Object.values(present)) variable.assign(tf.zeros(variable.shape));
  }
});

t.test("what can't be saved is refused", async (t) => {
  t.throws(() => new Checkpoint(3 as unknown as object as Record<string, unknown>), { name: "ArgumentError", message: /given 3/ });
  await t.rejects(new Checkpoint({}).save("indexeddb://x/ckpt"), { message: /This place is for browsers/ });
  t.ok(
    new Checkpoint({ seeds: new tf.keras.random.SeedGenerator(1), data: tf.data.Dataset.range(3).iterator() }),
    "which have a next, too",
  );
  // What no checkpoint could ever save would be missing after a restore, and nobody would know.
  const values = { 3: 3, text: "a", true: true, null: null, undefined: undefined, tensor: tf.constant(3), bytes: new Uint8Array(2) };
  const others = { function: () => 1, promise: Promise.resolve(1), generator: (function* () {})() };
  for (const [name, step] of Object.entries({ ...values, ...others }))
    t.throws(() => new Checkpoint({ step }), { name: "ArgumentError", message: /Checkpoint\.step: given .*tf\.variable/ }, name);
});

t.test("an object whose variables nobody can see is told", async (t) => {
  const { warn } = console;
  const told: string[] = [];
  t.teardown(() => (console.warn = warn));
  console.warn = (message: string) => told.push(message);
  class Hidden {
    readonly #w = tf.variable(1);
    read = () => this.#w.item();
  }
  const file = join(t.testdir(), "hidden");
  await new Checkpoint({ hidden: new Hidden(), empty: {}, list: [], later: new tf.keras.layers.Dense(1) }).write(file);
  t.match(told, [/Checkpoint: nothing of hidden is saved.*private fields/]);
  t.equal(told.length, 1);
});
