// keras.Operation, keras.Variable, keras.nameScope, keras.SymbolicScope, keras.device.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

class Scale extends keras.Operation {
  readonly factor: number;
  constructor({ factor = 2, ...options }: { factor?: number; name?: string } = {}) {
    super(options);
    this.factor = factor;
  }
  override call(x: tf.Tensor) {
    return x.mul(this.factor);
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}

t.test("an operation of one's own computes, is a node of a model, and comes back from its config", async (t) => {
  const scale = new Scale({ factor: 3 });
  t.strictSame((scale(tf.constant([1, 2])) as tf.Tensor).array(), [3, 6]);
  const input = keras.Input({ shape: [2] });
  const output = scale(input) as tf.Tensor;
  t.ok(scale.input === input && scale.output === output);
  const model = new keras.Model({ inputs: input, outputs: output });
  t.strictSame((await model.predict(tf.constant([[1, 2]]))).array(), [[3, 6]]);
  const copy = keras.Model.fromConfig(model.getConfig(), { customObjects: { Scale } });
  t.strictSame((await (copy as typeof model).predict(tf.constant([[1, 2]]))).array(), [[3, 6]]);
  t.throws(() => new Scale({ name: "a/b" }), { name: "ArgumentError" });
  t.throws(() => new keras.Operation()(tf.ones([1])), { name: "StateError" });
});

t.test("layers and operations are instances of Operation, variables of Variable", async (t) => {
  const dense = new keras.layers.Dense(1);
  dense.build([null, 2]);
  t.ok((dense as unknown) instanceof keras.Operation);
  t.notOk((tf.ones([1]) as unknown) instanceof keras.Operation);
  t.notOk((dense as unknown) instanceof Scale);
  t.ok((dense.kernel as unknown) instanceof keras.Variable);
  t.ok((tf.variable(1) as unknown) instanceof keras.Variable);
  t.notOk((tf.ones([1]) as unknown) instanceof keras.Variable);
});

t.test("a variable is made of an initializer and a shape, or of values", async (t) => {
  const made = new keras.Variable("ones", { shape: [2], name: "v" });
  t.strictSame([made.array(), made.path, made.dtype, made.ndim], [[1, 1], "v", "float32", 1]);
  const values = new keras.Variable([[1, 2]], { dtype: "int32", trainable: false });
  t.strictSame([values.array(), values.dtype, values.trainable], [[[1, 2]], "int32", false]);
  t.strictSame(new keras.Variable((shape: readonly number[]) => tf.fill([...shape], 7), { shape: [1] }).array(), [7]);
  t.throws(() => new keras.Variable("ones"), { name: "ArgumentError" });
  t.throws(() => new keras.Variable([1], { shape: [2] }), { name: "ArgumentError" });
  t.throws(() => new keras.Variable([1], { shapes: [2] } as never), { name: "ArgumentError" });
  const path = keras.nameScope("a", () => keras.nameScope("b").run(() => new keras.Variable([1], { name: "v" }).path));
  t.equal(path, "a/b/v");
  t.throws(() => keras.nameScope("a/b"), { name: "ArgumentError" });
});

t.test("a variable that wants its gradient gets it in place of a step", async (t) => {
  const [plain, scale] = [tf.variable([1]), tf.variable([1])];
  scale.overwriteWithGradient = true;
  const optimizer = new keras.optimizers.SGD({ learningRate: 0.5 });
  optimizer.apply([tf.constant([4]), tf.constant([4])], [plain, scale]);
  t.strictSame([plain.array(), scale.array()], [[-1], [4]]);
});

t.test("a variable without autocast is read in its own dtype by layers that compute in a half", async (t) => {
  const seen: string[] = [];
  class Reads extends keras.layers.Layer {
    v = new keras.Variable([1], { autocast: false });
    w = new keras.Variable([1]);
    override call(x: tf.Tensor) {
      seen.push(this.v.value().dtype, this.w.value().dtype);
      return x;
    }
  }
  new Reads({ dtype: "mixed_bfloat16" })(tf.ones([1, 1]));
  t.strictSame(seen, ["float32", "bfloat16"]);
});

t.test("in a symbolic scope nothing is written, and there is one device", async (t) => {
  const v = tf.variable([1]);
  new keras.SymbolicScope().run(() => v.assignAdd([1]));
  t.strictSame(v.array(), [1]);
  t.equal(keras.device("cpu:0", () => 3), 3); // prettier-ignore
  t.throws(() => keras.device("gpu:0"), { name: "ValueError" });
});
