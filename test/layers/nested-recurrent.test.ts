// RNN over cells that take arrays and records of tensors at each step, carry such, and put out such.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

/** A cell of two inputs, of 1 and of 2 axes, with a state and an output like each. */
class Pair extends layers.Layer {
  readonly stateSize = [new tf.TensorShape([2]), new tf.TensorShape([3, 2])];
  declare a: tf.Variable;
  declare b: tf.Variable;

  override build(shapes: readonly (readonly number[])[]): void {
    this.a = this.addWeight({ shape: [shapes[0]![1]!, 2], initializer: "ones", name: "a" });
    this.b = this.addWeight({ shape: [shapes[1]![1]!, shapes[1]![2]!, 3, 2], initializer: "ones", name: "b" });
  }

  override call([x, y]: [tf.Tensor, tf.Tensor], [s, u]: [tf.Tensor, tf.Tensor]): unknown {
    const [p, q] = [ops.matmul(x, this.a), ops.einsum("bij,ijkl->bkl", y, this.b)];
    return [[p, q], [s.add(p), u.add(q)]]; // prettier-ignore
  }
}

/** A cell over records, which counts steps in one of its states. */
class Recorded extends layers.Layer {
  readonly stateSize = { sum: 2, steps: 1 };

  override call({ x, y }: Record<string, tf.Tensor>, { sum, steps }: Record<string, tf.Tensor>): unknown {
    const now = sum!.add(x!).mul(y!);
    return [{ out: now, step: steps!.add(1) }, { sum: now, steps: steps!.add(1) }]; // prettier-ignore
  }
}

const sequences = (...shapes: readonly (readonly number[])[]): tf.Tensor[] =>
  shapes.map((shape, i) => keras.random.uniform(shape, { seed: i + 1 }));

const arrays = (structure: unknown): unknown => keras.tree.mapStructure((leaf: tf.Tensor) => leaf.array(), structure);

/** Sums along time, as the Pair of ones gives them. */
const sums = (x: tf.Tensor, y: tf.Tensor) => [
  ops.repeat(ops.sum(x, { axis: [1, 2], keepdims: false }).reshape([-1, 1]), 2, 1),
  ops.broadcastTo(ops.sum(y, { axis: [1, 2, 3] }).reshape([-1, 1, 1]), [x.shape[0]!, 3, 2]),
];

t.test("a cell of two inputs, outputs and states", (t) => {
  const [x, y] = sequences([2, 5, 4], [2, 5, 3, 2]) as [tf.Tensor, tf.Tensor];
  const close = (given: unknown, wanted: readonly tf.Tensor[], note: string) =>
    wanted.forEach((each, i) => t.ok(ops.all(ops.isclose((given as tf.Tensor[])[i]!, each, 1e-4, 1e-5)).item(), note));
  const last = new layers.RNN(new Pair())([x, y] as never) as unknown;
  const step = (n: number) => [ops.take(x, [n], 1), ops.take(y, [n], 1)] as [tf.Tensor, tf.Tensor]; // prettier-ignore
  close(last, sums(...step(4)), "the outputs of the last step");
  const whole = new layers.RNN(new Pair(), { returnSequences: true, returnState: true });
  const [outputs, ...states] = whole([x, y] as never) as unknown as [tf.Tensor[], ...tf.Tensor[]];
  t.same(outputs.map(({ shape }) => shape), [[2, 5, 2], [2, 5, 3, 2]]); // prettier-ignore
  close(states, sums(x, y), "the states");
  const [, ...further] = whole([x, y] as never, { initialState: states } as never) as unknown as [unknown, ...tf.Tensor[]];
  close(further, sums(x, y).map((each) => each.mul(2)), "goes on with given states"); // prettier-ignore
  const backwards = new layers.RNN(new Pair(), { goBackwards: true })([x, y] as never) as unknown;
  close(backwards, sums(...step(0)), "from the end");
  const mask = [[true, true, false, false, false], [true, true, true, true, true]]; // prettier-ignore
  const masked = new layers.RNN(new Pair())([x, y] as never, { mask } as never) as unknown as tf.Tensor[];
  const [second, fifth] = [1, 4].map((n) => sums(...step(n)));
  close(masked.map((each) => each.slice([0], [1])), second!.map((each) => each.slice([0], [1])), "what is masked leaves the output"); // prettier-ignore
  close(masked.map((each) => each.slice([1], [1])), fifth!.map((each) => each.slice([1], [1])), "of its own row alone"); // prettier-ignore
  t.end();
});

t.test("a cell over records", (t) => {
  const [x, y] = sequences([2, 3, 2], [2, 3, 2]) as [tf.Tensor, tf.Tensor];
  const layer = new layers.RNN(new Recorded(), { returnState: true });
  const [out, states] = layer({ x, y } as never) as unknown as [Record<string, tf.Tensor>, Record<string, tf.Tensor>];
  const rows = (tensor: tf.Tensor) => tensor.array() as number[][][];
  const wanted = [0, 1].map((row) =>
    [0, 1].map((i) => [0, 1, 2].reduce((sum, step) => (sum + rows(x)[row]![step]![i]!) * rows(y)[row]![step]![i]!, 0)),
  );
  t.ok(ops.all(ops.isclose(out["out"]!, wanted, 1e-5, 1e-6)).item());
  t.same(arrays(out["step"]), [[3], [3]]); // prettier-ignore
  t.same(arrays(states), { sum: arrays(out["out"]), steps: [[3], [3]] }); // prettier-ignore
  t.end();
});

t.test("in a model: of open lengths, trained, stateful", async (t) => {
  const inputs = [keras.Input({ shape: [null, 4] }), keras.Input({ shape: [null, 3, 2] })];
  const outputs = new layers.RNN(new Pair())(inputs as never) as unknown as tf.Tensor[];
  t.same(outputs.map(({ shape }) => shape), [[null, 2], [null, 3, 2]]); // prettier-ignore
  const model = new keras.Model(inputs, outputs as never);
  model.compile({ optimizer: new keras.optimizers.SGD(0.001), loss: ["mse", "mse"] });
  const x = sequences([4, 5, 4], [4, 5, 3, 2]);
  const y = [ops.zeros([4, 2]), ops.zeros([4, 3, 2])];
  const { history } = (await model.fit(x, y, { epochs: 2, verbose: 0 })) as { history: Record<string, number[]> };
  t.ok(history["loss"]![1]! < history["loss"]![0]!, "the loss falls");

  const layer = new layers.RNN(new Pair(), { stateful: true });
  const short = sequences([2, 3, 4], [2, 3, 3, 2]);
  layer(short as never);
  layer(short as never);
  const { states } = layer as unknown as { states: tf.Variable[] };
  sums(short[0]!, short[1]!).forEach((each, i) => t.ok(ops.all(ops.isclose(states[i]!, each.mul(2), 1e-4, 1e-5)).item()));
  layer.resetState();
  t.same(states[0]!.value().array(), [[0, 0], [0, 0]]); // prettier-ignore
  t.end();
});

t.test("what does not fit is refused", (t) => {
  const [x, y] = sequences([2, 5, 4], [2, 4, 3, 2]);
  t.throws(() => new layers.RNN(new Pair())([x, y] as never), { name: "ShapeError", message: /5 and 4 steps.*as many in all/ });
  t.throws(() => new layers.RNN(new Pair())([x, ops.ones([2, 4])] as never), { name: "ShapeError", message: /rank at least 3/ });
  t.end();
});
