// Traced functions that run aside, as in a page: what else happens meanwhile sees and gets what it would without.

import "../support/four-cores.js";
import t from "tap";
import * as tf from "../../lib/index.js";
import { tracesInParts } from "../../lib/graph/function.js";
import { finish, SPELL, type Parts } from "../../lib/runtime/parts.js";
import { asPage } from "../support/as-page.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

for (const threads of [1, 3])
  t.test(`${threads} threads`, async (t) => {
    asPage(t, threads);
    tf.add(tf.ones([4]), 1);

    t.test("calls of one function at the same time get their own results", async (t) => {
      const g = tf.function((x: tf.Tensor) => tf.reduceSum(tf.matmul(x, x)));
      const inputs = [1, 2, 3, 4].map((value) => tf.fill([192, 192], value));
      const expected = inputs.map((x) => g(x).item());
      for (let round = 0; round < 3; round++) {
        const asides = inputs.map((x) => g.aside(x));
        await turn();
        const atOnce = inputs.map((x) => g(x).item());
        t.strictSame(atOnce, expected, "at once in the midst of them");
        t.strictSame(
          (await Promise.all(asides)).map((y) => y.item()),
          expected,
        );
      }
    });

    t.test("the first call may be one aside and one at once", async (t) => {
      const g = tf.function((x: tf.Tensor) => tf.reduceSum(tf.matmul(tf.exp(tf.multiply(x, 0)), x)));
      const aside = g.aside(tf.fill([96, 96], 2));
      t.equal(g(tf.fill([96, 96], 2)).item(), 2 * 96 ** 3);
      t.equal((await aside).item(), 2 * 96 ** 3);
      t.equal(g.tracingCount, 1);
    });

    t.test("who reads or writes a variable in the midst of a step finds it before or after", async (t) => {
      const v = tf.variable(tf.zeros([512, 512]));
      const grow = tf.function(() => {
        for (let i = 0; i < 40; i++) v.assignAdd(tf.ones([512, 512]));
      });
      for (let round = 0; round < 4; round++) {
        const before = v.value().array() as number[][];
        const done = grow.aside();
        if (round > 0) await turn();
        const between = [...v.value().data()];
        await done;
        const [first] = between;
        t.ok(first === before[0]![0] || first === before[0]![0]! + 40, `it was ${first}`);
        t.ok(
          between.every((value) => value === first),
          "every element of the same step",
        );
        t.equal(v.value().data()[5], before[0]![0]! + 40);
      }
      const done = grow.aside();
      await turn();
      const kept = v.value();
      v.assign(tf.fill([512, 512], -1));
      await done;
      t.ok(kept.data()[0]! >= 0, "a value that was read stays");
      t.ok(
        [...v.value().data()].every((value) => value === -1),
        "what was written in the midst of a step is written after it",
      );
    });

    t.test("an index outside is the operation's error, and no other operation's", async (t) => {
      const table = tf.ones([8, 64]);
      const g = tf.function((i: tf.Tensor) => tf.reduceSum(tf.gather(table, i)));
      t.equal((await g.aside(tf.constant([1, 2], { dtype: "int32" }))).item(), 128);
      const refused = t.rejects(g.aside(tf.constant([1, 99], { dtype: "int32" })), /99/);
      await turn();
      t.equal(tf.reduceSum(tf.gather(table, tf.constant([3], { dtype: "int32" }))).item(), 64);
      await refused;
      t.equal((await g.aside(tf.constant([1, 2], { dtype: "int32" }))).item(), 128);
    });
  });

t.test("a trace with pauses records what the function does, not what happens meanwhile", async (t) => {
  const turns = asPage(t, 1);
  const busy = () => {
    for (const end = performance.now() + 2 * SPELL; performance.now() < end;);
  };
  const v = tf.variable(tf.ones([3]));
  const body = function* (x: tf.Tensor): Parts<tf.Tensor> {
    const doubled = tf.multiply(x, 2);
    busy();
    yield;
    v.assignAdd(doubled);
    busy();
    yield;
    return tf.reduceSum(tf.add(v.value(), x));
  };
  const fn = (x: tf.Tensor) => finish(body(x));
  tracesInParts(fn, body);
  const g = tf.function(fn);
  turns();
  const done = g.aside(tf.fill([3], 5));
  await turn();
  v.assign(tf.zeros([3])); // happens in a pause, at once
  t.equal(tf.reduceSum(v).item(), 0);
  t.equal((await done).item(), 45);
  t.ok(turns() >= 2, "the event loop turned");
  const once = tf.function((x: tf.Tensor) => finish(body(x)));
  t.equal((await once.aside(tf.fill([3], 5))).item(), 75);
  t.equal(g(tf.fill([3], 5)).item(), 105);
  t.equal(g.tracingCount, 1);
  const failing = (x: tf.Tensor): tf.Tensor => x;
  tracesInParts(failing, function* (x) {
    yield;
    if (x.rank === 1) throw new RangeError("in a part");
    return x;
  });
  await t.rejects(tf.function(failing).aside(tf.ones([3])), { message: /in a part/ });
  t.equal(tf.add(1, 2).item(), 3, "nothing is recorded any more");
});
