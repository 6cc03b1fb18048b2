// Traced functions that take elements from iterators: each call takes the next ones.

import t from "tap";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const numbers = (count: number, size: number) =>
  tf.data.Dataset.range(count)
    .map((i) => tf.cast(i, "float32"))
    .batch(size);
const sum = (x: tf.Tensor) => tf.reduceSum(x);

t.test("an iterator as an argument: the next element at every call, and one trace for iterators of equal elements", (t) => {
  const total = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => sum(iterator.getNext()));
  const [one, other] = [numbers(8, 4).iterator(), numbers(12, 4).iterator()];
  t.strictSame([total(one).item(), total(other).item(), total(one).item(), total(other).item()], [6, 6, 22, 22]);
  t.equal(total.tracingCount, 1);
  t.throws(() => total(one), /iterator\.getNext: given an iterator at its end/);
  t.equal(total(other).item(), 38, "nothing was lost to the error");
  t.end();
});

t.test("elements of another shape are another trace; none is lost or taken twice", (t) => {
  const total = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => tf.concat([iterator.getNext(), iterator.getNext()], 0));
  const iterator = numbers(10, 2).iterator();
  t.strictSame(total(iterator).array(), [0, 1, 2, 3]);
  t.strictSame(total(iterator).array(), [4, 5, 6, 7]);
  const uneven = numbers(7, 2).iterator();
  t.strictSame([total(uneven).array(), total(uneven).array()], [[0, 1, 2, 3], [4, 5, 6]]); // prettier-ignore
  t.equal(total.tracingCount, 2);
  t.end();
});

t.test("a loop that ends with the data: getNextAsOptional", (t) => {
  const some = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => {
    const sums: tf.Tensor[] = [];
    for (let step = 0; step < 3; step++) {
      const optional = iterator.getNextAsOptional();
      if (!optional.hasValue()) break;
      sums.push(sum(optional.getValue()));
    }
    return sums;
  });
  const iterator = numbers(9, 2).iterator();
  const seen = [some(iterator), some(iterator), some(iterator)].map((sums) => sums.map((each) => each.item()));
  t.strictSame(seen, [[1, 5, 9], [13, 8], []]); // prettier-ignore
  t.end();
});

t.test("a dataset that is walked inside: anew at every call, in its new order", (t) => {
  const dataset = tf.data.Dataset.range(6).shuffle(6, { seed: 3 });
  const order = tf.function((data: tf.data.Dataset) => tf.stack([...data]));
  const orders = [order(dataset), order(dataset), order(dataset)].map((each) => each.array<number[]>());
  for (const each of orders) t.strictSame(each.slice().sort(), [0, 1, 2, 3, 4, 5]);
  t.ok(new Set(orders.map(String)).size > 1, "each pass has its own order");
  t.equal(order.tracingCount, 1);
  t.end();
});

t.test("an iterator of the closure, records, variables made at the first call, gradients", (t) => {
  const iterator = numbers(6, 2)
    .map((x) => ({ x, y: x.mul(2) }))
    .iterator();
  let w: tf.Variable | undefined;
  const step = tf.function(() => {
    const { x, y } = iterator.getNext();
    w ??= tf.variable(1, { dtype: "float32" });
    const tape = new tf.GradientTape();
    const loss = tape.record(() => sum(tf.square(tf.subtract(x.mul(w!), y))));
    return tape.gradient(loss, w);
  });
  t.strictSame([step()!.item(), step()!.item(), step()!.item()], [-2, -26, -82]);
  const outer = numbers(4, 2).iterator();
  const plain = tf.function((from: tf.data.DatasetIterator<tf.Tensor>) => sum(from.getNext().mul(w!)));
  const tape = new tf.GradientTape();
  t.equal(tape.gradient(tape.record(() => plain(outer)), w!)!.item(), 1); // prettier-ignore
  t.end();
});

t.test("random stages of a pipeline run when an element is taken", (t) => {
  const noisy = tf.data.Dataset.range(4).map(() => tf.random.uniform([]));
  const draw = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => iterator.getNext().add(0));
  const iterator = noisy.iterator();
  t.equal(new Set([draw(iterator), draw(iterator), draw(iterator)].map((each) => each.item())).size, 3);
  t.end();
});

t.test("a function inside of a function; run eagerly", (t) => {
  const inner = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => sum(iterator.getNext()));
  const outer = tf.function((iterator: tf.data.DatasetIterator<tf.Tensor>) => tf.add(inner(iterator), inner(iterator).mul(100)));
  const iterator = numbers(12, 2).iterator();
  t.strictSame([outer(iterator).item(), outer(iterator).item()], [501, 1309]);
  tf.config.runFunctionsEagerly(true);
  t.teardown(() => tf.config.runFunctionsEagerly(false));
  t.equal(outer(iterator).item(), 2117);
  t.end();
});

t.test("refused: an element taken in a branch that values decide", async (t) => {
  const iterator = numbers(8, 2).iterator();
  const branched = tf.function((x: tf.Tensor) =>
    tf.cond(
      tf.greater(x, 0),
      () => sum(iterator.getNext()),
      () => tf.constant(0),
    ),
  );
  t.match(await messageOf(() => branched(tf.constant(1))), /given an element that is taken from a dataset inside of a branch/);
  t.equal(sum(iterator.getNext()).item(), 1, "no element was taken");
});
