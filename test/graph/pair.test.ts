import t from "tap";
import * as tf from "../../lib/index.js";
import type { Source } from "../../lib/autodiff/tape.js";
import { primitives } from "../../lib/core/primitive.js";

type F = (...args: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** What the function gives under a tape, and its gradients: as numbers. */
function outcome(f: F, inputs: readonly tf.Tensor[], sources: readonly Source[]) {
  const tape = new tf.GradientTape();
  tape.watch(inputs.filter((input) => sources.includes(input)));
  const results = tape.record(() => [f(...inputs)].flat());
  const gradients = tape.gradient(
    results.filter(({ dtype }) => dtype === "float32"),
    [...sources],
  ) as (tf.Tensor | null)[];
  return { results: results.map((each) => each.array()), gradients: gradients.map((each) => each?.array() ?? null) };
}

/** Counts how often operations run one by one while `action` runs. */
function eagerSteps(action: () => void): number {
  let count = 0;
  const add = primitives.get("tanh")!;
  const { lower } = add;
  add.lower = (...args) => (count++, lower!(...args));
  try {
    action();
  } finally {
    add.lower = lower!;
  }
  return count;
}

const w = tf.variable([
  [0.5, -1],
  [2, 0.25],
]);
const b = tf.variable([0.1, 0.2]);
const x = tf.constant([
  [1, 2],
  [3, -4],
  [0.5, 0],
]);
const y = tf.constant([[1, 0.5]]);

const cases: Record<string, { f: F; inputs: tf.Tensor[]; sources: Source[] }> = {
  "variables and arguments": {
    f: (x, y) => tf.reduceSum(tf.tanh(tf.matmul(x!, w).add(b)).mul(y!)),
    inputs: [x, y],
    sources: [w, b, x, y],
  },
  "an argument that no gradient is asked for": { f: (x) => tf.reduceSum(tf.tanh(tf.matmul(x!, w))), inputs: [x], sources: [w] },
  "what is not connected is null": { f: (x) => tf.reduceSum(tf.tanh(x!)), inputs: [x, y], sources: [w, x, y] },
  "several results": { f: (x) => [tf.tanh(x!), tf.reduceSum(tf.matmul(x!, w)), tf.exp(b)], inputs: [x], sources: [x, w, b] },
  "results of whole numbers": { f: (x) => [tf.argMax(x!, { axis: 1 }), tf.tanh(tf.matmul(x!, w))], inputs: [x], sources: [x, w] },
  "results that are arguments, variables, constants, and the same twice": {
    f: (x) => {
      const t = tf.tanh(x!);
      return [x!, w.value(), tf.constant(3), t, t];
    },
    inputs: [x],
    sources: [x, w],
  },
  "one tensor for two parameters": { f: (x, y) => tf.tanh(x!).mul(y!), inputs: [x, x], sources: [x] },
  "views in between": {
    f: (x) => tf.reduceSum(tf.matmul(tf.reshape(tf.tanh(tf.reshape(x!, [2, 3])), [3, 2]), w)),
    inputs: [x],
    sources: [x, w],
  },
  "a gradient inside": {
    f: (x) => {
      const tape = new tf.GradientTape();
      tape.watch(x!);
      const z = tape.record(() => tf.reduceSum(tf.tanh(tf.matmul(x!, w))));
      return tape.gradient(z, x!)!;
    },
    inputs: [x],
    sources: [x, w],
  },
  "a branch": {
    f: (x) =>
      tf.cond(
        tf.greater(tf.reduceSum(x!), 0),
        () => tf.tanh(tf.matmul(x!, w)),
        () => tf.matmul(x!, w),
      ),
    inputs: [x],
    sources: [x, w],
  },
};

for (const [name, { f, inputs, sources }] of Object.entries(cases)) {
  t.test(`under a tape a traced function gives what the function gives: ${name}`, async (t) => {
    const traced = tf.function(f) as F;
    const wanted = outcome(f, inputs, sources);
    for (const run of ["first", "second"]) {
      let got: typeof wanted | undefined;
      const steps = eagerSteps(() => (got = outcome(traced, inputs, sources)));
      t.same(round(got), round(wanted), `${run} run`);
      t.equal(steps === 0 || run === "first", true, "no operation runs by itself");
    }
  });
}

/** Numbers without their last bits. */
function round(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(5));
  if (Array.isArray(value)) return value.map(round);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, round(each)]));
  return value;
}

t.test("the program runs as one: nothing between the first and the last operation is seen", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.reduceSum(tf.tanh(tf.tanh(tf.matmul(x, w)))));
  outcome(f as F, [x], [w]);
  t.equal(
    eagerSteps(() => outcome(f as F, [x], [w])),
    0,
  );
});

t.test("two calls before one gradient, and a variable written in between", async (t) => {
  const v = tf.variable(2);
  const square = (x: tf.Tensor) => tf.tanh(v.mul(x)).mul(v);
  const once = (f: (x: tf.Tensor) => tf.Tensor) => {
    v.assign(2);
    const tape = new tf.GradientTape();
    const sum = tape.record(() => {
      const first = f(tf.constant(0.3));
      v.assign(3);
      return first.add(f(tf.constant(-0.2)));
    });
    v.assign(100);
    return tape.gradient(sum, v)!.item();
  };
  const traced = tf.function(square);
  t.equal(round(once(traced)), round(once(square)));
});

t.test("a persistent tape gives several gradients, with output gradients and for parts of the sources", async (t) => {
  const f = (x: tf.Tensor) => [tf.tanh(tf.matmul(x, w)), tf.square(x)] as const;
  const all = (f: (x: tf.Tensor) => readonly [tf.Tensor, tf.Tensor]) => {
    const tape = new tf.GradientTape({ persistent: true });
    tape.watch(x);
    const [p, q] = tape.record(() => f(x));
    const weights = tf.random.normal([3, 2], { seed: 1 });
    return [
      tape.gradient(p, x)!,
      tape.gradient(q, x)!,
      tape.gradient([p, q], [x, w], { outputGradients: [weights, weights] }),
      tape.gradient(q, [w], { unconnectedGradients: "zero" }),
      tape.gradient(p, [x, w]),
    ]
      .flat()
      .map((each) => each?.array() ?? null);
  };
  t.same(round(all(tf.function(f))), round(all(f)));
});

t.test("gradients of gradients: through tapes inside each other, and through the gradient of a finished tape", async (t) => {
  const f = (x: tf.Tensor) => tf.reduceSum(tf.tanh(tf.matmul(x, w)));
  const nested = (f: (x: tf.Tensor) => tf.Tensor) => {
    const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const first = outer.record(() =>
      inner.gradient(
        inner.record(() => f(x)),
        x,
      )!,
    );
    return outer.gradient(first, [x, w]);
  };
  const afterwards = (f: (x: tf.Tensor) => tf.Tensor) => {
    const [outer, inner] = [new tf.GradientTape(), new tf.GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const y = inner.record(() => f(x));
    const first = outer.record(() => inner.gradient(y, x)!.mul(x));
    return [outer.gradient(first, x)];
  };
  for (const way of [nested, afterwards])
    t.same(round(way(tf.function(f)).map((each) => each!.array())), round(way(f).map((each) => each!.array())), way.name);
});

t.test("open axes: a pair for each length", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.reduceMean(tf.tanh(tf.matmul(x, w))), { inputSignature: [new tf.TensorSpec([null, 2])] });
  for (const n of [1, 3, 5, 3]) {
    const x = tf.random.normal([n, 2], { seed: n });
    t.same(round(outcome(f as F, [x], [w, x])), round(outcome(f.pythonFunction as F, [x], [w, x])), `${n} rows`);
  }
});

t.test("variables that are written inside: each read has its own value and gradient", async (t) => {
  const v = tf.variable([1, 2]);
  const f = (x: tf.Tensor) => {
    const before = v.mul(x);
    v.assign(tf.tanh(x));
    return tf.reduceSum(before.mul(v.value()));
  };
  const run = (f: F) => {
    v.assign([1, 2]);
    const answer = outcome(f, [tf.constant([3, 4])], [v]);
    return [answer, v.array()];
  };
  t.same(round(run(tf.function(f) as F)), round(run(f)));
});

t.test("random numbers of the forward pass are those of the backward pass", async (t) => {
  const seed = new tf.keras.random.SeedGenerator(3);
  const f = tf.function((x: tf.Tensor) => tf.keras.random.dropout(x, 0.5, { seed }));
  const x = tf.ones([64]);
  const draws = [1, 2].map(() => {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const y = tape.record(() => f(x));
    const got = tape.gradient(y, x)!.array();
    t.same(got, y.array(), "the gradient of ones is the mask");
    return String(got);
  });
  t.not(draws[0], draws[1], "and another one each time");
});

t.test("watching what is not trainable, and not watching what is", async (t) => {
  const still = tf.variable(2, { trainable: false });
  const free = tf.variable(3);
  const f = tf.function(() => still.mul(free));
  const gradients = (options: object, watched: tf.Variable[]) => {
    const tape = new tf.GradientTape(options);
    tape.watch(watched);
    return tape
      .gradient(
        tape.record(() => f()),
        [still, free],
      )
      .map((each) => each?.item() ?? null);
  };
  t.same(gradients({}, []), [null, 2]);
  t.same(gradients({}, [still]), [3, 2]);
  t.same(gradients({ watchAccessedVariables: false }, [still]), [3, null]);
});
