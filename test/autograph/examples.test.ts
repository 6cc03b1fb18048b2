// The example programs: eager and traced give the same.

import t from "tap";
import * as beams from "../../examples/autograph/beam-search.js";
import * as data from "../../examples/autograph/data.js";
import * as layers from "../../examples/autograph/layers.js";
import * as search from "../../examples/autograph/line-search.js";
import * as rnn from "../../examples/autograph/rnn.js";

const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === "number" ? Number(each.toPrecision(4)) : each)));
const agree = (t: { same(a: unknown, b: unknown): unknown }, ways: readonly object[]) => {
  const [eager, traced] = ways.map((each) => rounded({ ...each, way: "" }));
  t.same(traced, eager);
};

t.test("a layer whose call loops", async (t) => {
  const { eager, traced, steps } = layers.run();
  t.same(eager, [[0.375, -0.625], [0.0625, 0.03125]]); // prettier-ignore
  t.same(traced, eager);
  t.equal(steps, 3);
});

t.test("gradient descent with line search", async (t) => {
  const ways = search.run();
  agree(t, ways);
  t.ok(ways[0]!.steps > 3 && ways[0]!.steps < 100, "it ended by itself");
});

t.test("a recurrent cell that stops early", async (t) => {
  const ways = rnn.run();
  agree(t, ways);
  t.ok(ways[0]!.steps > 2 && ways[0]!.steps < 50);
});

t.test("beam search", async (t) => {
  const ways = beams.run();
  agree(t, ways);
  t.same(ways[0]!.path, [1, 2, 3]);
});

t.test("datasets and training steps", async (t) => {
  const { rows, traces, steps } = data.run();
  t.same(rounded(rows), [[[1, 2], [10, 1.333]], [[0.8333, -10], [0.5, 1]]]); // prettier-ignore
  t.equal(traces, 1);
  agree(t, steps);
  t.ok(steps[0]!.tries > 1);
});
