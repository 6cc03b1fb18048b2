// Groups of elementwise steps: the same bits as step by step, in fewer commands and less memory.
import t from "tap";
import fc from "fast-check";
import * as tf from "../../lib/index.js";
import { Executable } from "../../lib/graph/executable.js";
import { passes, usePasses } from "../../lib/graph/passes/index.js";

const unfused = passes.filter(({ name }) => name !== "elementwise");

function compiled(fn: (...xs: tf.Tensor[]) => tf.Tensor[], inputs: readonly tf.Tensor[], list = passes): Executable {
  const before = usePasses(list);
  try {
    return tf
      .function(fn)
      .getConcreteFunction(...inputs)
      .executable();
  } finally {
    usePasses(before);
  }
}

const operations = ({ graph }: Executable) => graph.steps.map(({ op }) => op.name);
const bits = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => Buffer.from(tensor.data().buffer).toString("hex"));
const same = (some: readonly tf.Tensor[], others: readonly tf.Tensor[]) => bits(some).every((hex, i) => hex === bits(others)[i]);

type Fn = (...xs: tf.Tensor[]) => tf.Tensor[];

/** The results with and without groups are the same bits. @returns both executables */
function compare(fn: Fn, inputs: readonly tf.Tensor[]): { fused: Executable; plain: Executable; isSame: boolean } {
  const [fused, plain] = [compiled(fn, inputs), compiled(fn, inputs, unfused)];
  const expected = plain.run(inputs);
  const isSame = same(expected, fn(...inputs)) && same(fused.run(inputs), expected) && same(fused.run(inputs), expected);
  return { fused, plain, isSame };
}

const random = (shape: number[], seed: number) => tf.random.normal(shape, { seed });

t.test("a chain is one command, and what lies between its steps takes no memory", async (t) => {
  const fn = (x: tf.Tensor) => [tf.sqrt(x.mul(x).add(1)).sub(0.5)];
  const { fused, plain, isSame } = compare(fn, [random([300, 7], 1)]);
  t.ok(isSame);
  t.same(operations(fused), ["fused"]);
  t.same(
    fused.plan.byStep.map(({ commands }) => commands.length),
    [1],
  );
  t.ok(fused.plan.arenaBytes <= plain.plan.arenaBytes);
  const wide = (x: tf.Tensor) => [tf.exp(x).mul(tf.sin(x)).add(tf.cos(x))];
  const pair = compare(wide, [random([300, 7], 1)]);
  t.ok(pair.isSame);
  t.ok(pair.fused.plan.arenaBytes < pair.plain.plan.arenaBytes / 2, "three values at a time would be needed");
});

t.test("scalars, rows, columns and repeated parts of broadcast operands", async (t) => {
  for (const [shape, ...others] of [
    [[40, 33], [33], [40, 1], []],
    [[130, 5], [5], [130, 1], [1, 1]],
    [[3, 700], [700], [3, 1], [1, 700]],
    [[6, 5, 4, 9], [9], [4, 1], [6, 1, 1, 1]],
    [
      [6, 5, 4, 9],
      [4, 9],
      [6, 5, 1, 1],
      [1, 5, 1, 9],
    ],
    [[2, 2], [2], [2, 1], []],
    [[1], [], [1], []],
  ] as number[][][]) {
    const inputs = [shape, ...others].map((each, i) => random(each!, i + 1));
    const fn: Fn = (x, a, b, c) => [tf.where(tf.greater(x!.add(a!), b!), x!.sub(b!).mul(a!), tf.maximum(x!, c!).add(a!))];
    const { fused, isSame } = compare(fn, inputs);
    t.ok(isSame, `${JSON.stringify(shape)} with ${JSON.stringify(others)}`);
    t.same(operations(fused), ["fused"]);
  }
});

t.test("values that are needed outside, or seen through a view, are there", async (t) => {
  const fn: Fn = (x) => {
    const a = x!.mul(2);
    const b = tf.reshape(a, [12]).add(1);
    const c = tf.reshape(b, [3, 4]).mul(x!);
    return [a, tf.reshape(tf.reshape(b, [2, 6]), [6, 2]), c, tf.reduceSum(c)];
  };
  const { fused, isSame } = compare(fn, [random([3, 4], 1)]);
  t.ok(isSame);
  t.same(operations(fused), ["fused", "reshape", "reshape", "sum"]);
});

t.test("bytes and words in one group", async (t) => {
  const fn: Fn = (x, y) => {
    const isLarge = tf.greater(x!, 0);
    const both = tf.logicalAnd(isLarge, tf.less(y!, 0.5));
    return [both, tf.cast(tf.logicalNot(both), "float32").mul(x!), tf.cast(x!, "int32").add(tf.cast(isLarge, "int32"))];
  };
  const { fused, isSame } = compare(fn, [random([1000], 1), random([1000], 2)]);
  t.ok(isSame);
  t.same(operations(fused), ["fused"]);
});

t.test("a variable that is written between the steps of a chain", async (t) => {
  const v = tf.variable([1, 2, 3]);
  const f = tf.function((x: tf.Tensor) => {
    const before = v.value();
    const a = before.mul(x);
    v.assignAdd(x);
    const b = a.add(before);
    v.assignAdd(b);
    return [b, v.mul(x).add(before)];
  });
  const x = tf.constant([1, 10, 100]);
  t.same(
    f(x).map((y) => y.array()),
    [
      [2, 22, 303],
      [5, 342, 40603],
    ],
  );
  t.same(v.array(), [4, 34, 406]);
});

t.test("who reads a value of a group ends it: a step stays before those that need it", async (t) => {
  const fn: Fn = (x) => {
    const a = x!.add(1).mul(2);
    const total = tf.reduceSum(a);
    return [a.sub(total).mul(total), tf.cumsum(a.sub(1)).add(a)];
  };
  t.ok(compare(fn, [random([50], 1)]).isSame);
});

t.test("an operand that is broadcast in one group and long in another keeps them apart", async (t) => {
  const fn: Fn = (x) => {
    const [low, high] = [tf.keras.ops.min(x!), tf.keras.ops.max(x!)];
    const width = high.sub(low).div(10);
    return [tf.divide(x!.sub(low), width)];
  };
  t.ok(compare(fn, [random([50], 1)]).isSame);
});

t.test("random graphs: the same bits, whatever is fused", async (t) => {
  const unary = [tf.abs, tf.square, tf.sigmoid, tf.negative, (x: tf.Tensor) => tf.reshape(tf.reshape(x, [-1]), x.shape as number[])];
  const binary = [tf.add, tf.subtract, tf.multiply, tf.maximum, (a: tf.Tensor, b: tf.Tensor) => tf.where(tf.greater(a, b), a, b)];
  const barrier = [(x: tf.Tensor) => tf.cumsum(x, { axis: 0 }), (x: tf.Tensor) => x.sub(tf.reduceSum(x, { axis: 0, keepdims: true }))];
  const step = fc.record({ kind: fc.integer({ min: 0, max: 11 }), a: fc.nat(), b: fc.nat() });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 2, maxLength: 25 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      (shape, steps, outputs) => {
        const fn: Fn = (...xs) => {
          const values = [...xs];
          const whole = [xs[0]!];
          const parts = [...xs]; // what broadcasts: results of groups of their own
          for (const { kind, a, b } of steps) {
            const x = whole[a % whole.length]!;
            const y = kind < 5 ? binary[kind]!(x, values[b % values.length]!) : kind < 10 ? unary[kind - 5]!(x) : barrier[kind - 10]!(x);
            const shorter = parts[b % parts.length]!;
            parts.push(binary[a % 5]!(shorter, shorter.shape.length === 0 ? parts[2]! : tf.square(shorter)));
            values.push(y, parts.at(-1)!);
            whole.push(y);
          }
          return [...outputs.map((i) => whole.at(-1 - (i % whole.length))!), ...parts];
        };
        const inputs = [shape, shape.slice(-1), [], [shape[0]!, ...shape.slice(1).map(() => 1)]].map((each, i) => random(each, i));
        return compare(fn, inputs).isSame;
      },
    ),
    { numRuns: 150 },
  );
});

t.test("large arrays are cut for several threads as their steps would be, with the same bits on any number", async (t) => {
  const x = random([600, 1000], 1);
  const row = random([1000], 2);
  const fn: Fn = (x, row) => [tf.tanh(x!.sub(row!).mul(2)).add(row!)];
  const before = tf.config.threading.getIntraOpParallelismThreads();
  try {
    const results = [1, 2, 4].map((threads) => {
      tf.config.threading.setIntraOpParallelismThreads(threads);
      return bits(compiled(fn, [x, row]).run([x, row]))[0];
    });
    t.equal(results[1], results[0]);
    t.equal(results[2], results[0]);
  } finally {
    tf.config.threading.setIntraOpParallelismThreads(before);
  }
  t.ok(compare(fn, [x, row]).isSame);
  const [command] = compiled(fn, [x, row]).plan.byStep.find(({ step }) => step.op.name === "fused")!.commands;
  const grains = compiled(fn, [x, row], unfused).plan.byStep.flatMap(({ commands }) => commands.map(({ grain }) => grain));
  t.ok(command!.grain <= Math.min(...grains), "no larger chunks");
});
