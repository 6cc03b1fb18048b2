import t from "tap";
import * as tf from "../../lib/index.js";
import * as keras from "../../lib/api/keras.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;

// As API.md has it.
class Linear extends keras.layers.Layer {
  w!: tf.Variable;
  b!: tf.Variable;
  constructor(
    readonly units = 32,
    options: keras.layers.LayerOptions = {},
  ) {
    super(options);
  }
  override build(inputShape: tf.Shape) {
    this.w = this.addWeight({ name: "w", shape: [inputShape.at(-1)!, this.units], initializer: "random_normal" });
    this.b = this.addWeight({ name: "b", shape: [this.units], initializer: "random_normal" });
  }
  override call(x: tf.Tensor) {
    return tf.matmul(x, this.w).add(this.b);
  }
}

class ConvBlock extends keras.Model {
  conv;
  bn;
  dropout;
  constructor(filters: number, kernelSize: number, { weightDecay = 1e-4, dropoutRate = 0 } = {}) {
    super();
    this.conv = new keras.layers.Conv2D(filters, kernelSize, {
      padding: "same",
      useBias: false,
      kernelInitializer: "he_normal",
      kernelRegularizer: keras.regularizers.l2(weightDecay),
    });
    this.bn = new keras.layers.BatchNormalization();
    this.dropout = new keras.layers.Dropout(dropoutRate);
  }
  override call(x: tf.Tensor, { training = false } = {}) {
    const y = tf.nn.relu(this.bn(this.conv(x), { training }));
    return this.dropout(y, { training });
  }
}

t.test("a layer is called, and makes its weights at the first call", async (t) => {
  const layer = new Linear(32);
  t.strictSame(layer.weights, []);
  t.equal(layer.built, false);
  const y: tf.Tensor = layer(tf.ones([8, 16]));
  t.strictSame(y.shape, [8, 32]);
  t.strictSame(
    layer.weights.map(({ name, shape }) => [name, ...shape]),
    [
      ["w", 16, 32],
      ["b", 32],
    ],
  );
  t.equal(layer.countParams(), 16 * 32 + 32);
  t.ok(layer instanceof Linear && layer instanceof keras.layers.Layer);
  t.equal(typeof layer, "function");
});

t.test("layers are named as Keras names them", async (t) => {
  keras.utils.clearSession();
  t.equal(new layers.Dense(1).name, "dense");
  t.equal(new layers.Dense(1).name, "dense_1");
  t.equal(new layers.MaxPooling2D().name, "max_pooling2d");
  t.equal(new layers.ReLU().name, "re_lu");
  t.equal(new Linear().name, "linear");
  t.equal(new layers.Dense(1, { name: "own" }).name, "own");
  t.match(await messageOf(() => new layers.Dense(1, { name: "a/b" })), /name: given "a\/b"; expected a name without "\/"/);
});

t.test("sublayers and weights are found by assignment, in arrays and records too", async (t) => {
  class Holder extends layers.Layer {
    first = new layers.Dense(2, { name: "first" });
    list = [new layers.Dense(3, { name: "second" }), [new layers.Dense(4, { name: "third" })]];
    record = { inner: new layers.Dense(5, { name: "fourth" }) };
    own = tf.variable([1, 2], { name: "own" });
    fixed = tf.variable([3], { name: "fixed", trainable: false });
    again = this.first;
  }
  const holder = new Holder();
  for (const layer of holder.flattenLayers()) layer.build([null, 1] as never);
  t.strictSame(
    holder.flattenLayers().map(({ name }) => name),
    ["first", "second", "third", "fourth"],
  );
  const names = holder.weights.map(({ name, size }) => `${name}${size}`);
  t.strictSame(names, ["own2", "fixed1", "kernel2", "bias2", "kernel3", "bias3", "kernel4", "bias4", "kernel5", "bias5"]);
  t.equal(holder.trainableWeights.length, 9);
  holder.list.push(new layers.Dense(6));
  t.equal(holder.flattenLayers().length, 5, "what is added later is found");
});

t.test("trainable reaches all layers inside", async (t) => {
  const block = new ConvBlock(4, 3);
  block(tf.ones([1, 5, 5, 2]));
  t.strictSame([block.weights.length, block.trainableWeights.length, block.nonTrainableWeights.length], [5, 3, 2]);
  block.trainable = false;
  t.strictSame([block.trainableWeights.length, block.nonTrainableWeights.length, block.bn.trainable], [0, 5, false]);
  block.trainable = true;
  t.equal(block.trainableWeights.length, 3);
  const frozen = new layers.Dense(2, { trainable: false });
  const model = new keras.Sequential([new keras.Input({ shape: [3] }), frozen, new layers.Dense(1)]);
  t.equal(model.trainableWeights.length, 2);
});

t.test("training and losses travel with nested calls", async (t) => {
  const seen: unknown[] = [];
  class Probe extends layers.Layer {
    override call(x: tf.Tensor, { training }: { training?: boolean } = {}) {
      seen.push(training);
      this.addLoss(tf.reduceSum(x));
      return x;
    }
  }
  class Outer extends layers.Layer {
    a = new Probe();
    b = new Probe();
    override call(x: tf.Tensor) {
      return this.b(this.a(x, { training: false }));
    }
  }
  const outer = new Outer();
  outer(tf.ones([2]), { training: true });
  t.strictSame(seen, [false, true], "an explicit value counts for that call, others inherit");
  outer(tf.ones([2]));
  t.strictSame(seen.slice(2), [false, undefined]);
  t.strictSame(
    outer.losses.map((loss) => loss.item()),
    [2, 2],
    "losses are those of the latest call",
  );
  const penalized = new layers.Dense(2, { kernelRegularizer: "l2", kernelInitializer: "ones", activityRegularizer: "l1" });
  penalized(tf.ones([4, 3]));
  t.strictSame(
    penalized.losses.map((loss) => Math.round(loss.item() * 1e4) / 1e4),
    [0.06, 0.06],
  );
});

t.test("values of weights are read and set whole or not at all", async (t) => {
  const layer = new layers.Dense(2, { name: "d" });
  layer.build([null, 2]);
  layer.setWeights([
    [
      [1, 2],
      [3, 4],
    ],
    [5, 6],
  ]);
  t.strictSame(
    layer.getWeights().map((values) => [...values]),
    [
      [1, 2, 3, 4],
      [5, 6],
    ],
  );
  layer.setWeights(layer.getWeights());
  t.equal(await messageOf(() => layer.setWeights([[1, 2]])), "d.setWeights: given 1 values; expected 2, one for each weight.");
  const wrong = [
    [
      [9, 9],
      [9, 9],
    ],
    [7, 8, 9],
  ];
  t.equal(await messageOf(() => layer.setWeights(wrong)), "d.setWeights[1] (bias): given a value of shape [3]; expected [2].");
  t.strictSame([...layer.getWeights()[0]!], [1, 2, 3, 4]);
});

t.test("wrong inputs name the layer, and the layer works on", async (t) => {
  const layer = new layers.Dense(2, { name: "head" });
  t.equal(await messageOf(() => layer(tf.ones([3]))), "head: given an input of shape [3]; expected an input of rank at least 2.");
  layer(tf.ones([1, 3]));
  t.equal(await messageOf(() => layer(tf.ones([1, 4]))), "head: given an input of shape [1, 4]; expected axis -1 to have length 3.");
  t.match(await messageOf(() => (layer as unknown as () => void)()), /^head: given a call without inputs/);
  t.match(await messageOf(() => layer("x" as never)), /^head: given the input "x"; expected a tensor/);
  t.match(
    await messageOf(() => new layers.Conv2D(4, 3, { name: "c" })(tf.ones([1, 2, 2]))),
    /^c: given an input of shape \[1, 2, 2\]; expected an input of rank 4/,
  );
  t.match(
    await messageOf(() => new layers.Add({ name: "sum" })([tf.ones([2, 3]), tf.ones([2, 4])])),
    /^sum: given inputs of shapes \[2, 3\], \[2, 4\]/,
  );
  t.match(await messageOf(() => new layers.Reshape([7], { name: "r" })(tf.ones([2, 3]))), /^r: given samples of shape \[3\]/);
  t.strictSame(layer(tf.ones([5, 3])).shape, [5, 2]);
  class Broken extends layers.Layer {
    override call(x: tf.Tensor) {
      return tf.matmul(x, tf.ones([7, 1]));
    }
  }
  t.match(await messageOf(() => new Broken({ name: "odd" })(tf.ones([2, 3]))), /^matmul: .* \(in Broken "odd", called on \[2, 3\]\)$/);
});

t.test("unknown options and identifiers say what is known", async (t) => {
  const Loose = layers.Dense as unknown as new (...args: unknown[]) => unknown;
  t.match(await messageOf(() => new Loose(3, { use_bias: true })), /^Dense: given the unknown option "use_bias".*Did you mean useBias\?/);
  t.match(await messageOf(() => new Loose(-3)), /^Dense.units: given -3; expected a positive integer/);
  t.match(await messageOf(() => new Loose(3, { activation: "rellu" })), /^Dense.activation: given "rellu".*Did you mean relu\?/);
  t.match(await messageOf(() => new Loose(3, { kernelInitializer: "he_norml" })), /Did you mean he_normal\?/);
});

t.test("masks pass from layer to layer", async (t) => {
  const indices = tf.constant([[1, 2, 0, 0]], { dtype: "int32" });
  const embedding = new layers.Embedding(5, 3, { maskZero: true });
  const pooled = new layers.GlobalAveragePooling1D();
  const embedded = embedding(indices);
  const rows = embedding.embeddings.array() as number[][];
  const mean = [0, 1, 2].map((i) => (rows[1]![i]! + rows[2]![i]!) / 2);
  const got = pooled(new layers.Dropout(0.5)(embedded)).array() as number[][];
  got[0]!.forEach((value, i) => t.ok(Math.abs(value - mean[i]!) < 1e-6));
});

t.test("arguments of call whose names a minifier took: their defaults tell them, and else it is said once", async (t) => {
  const seen: unknown[] = [];
  class Training extends keras.layers.Layer {
    override call(t: tf.Tensor, e = false): tf.Tensor {
      seen.push(e);
      return t;
    }
  }
  class Mask extends keras.layers.Layer {
    override supportsMasking = true;
    override call(t: tf.Tensor, e: tf.Tensor | null = null): tf.Tensor {
      seen.push(e?.shape ?? e);
      return t;
    }
  }
  class Nameless extends keras.layers.Layer {
    override call(t: tf.Tensor, e: object): tf.Tensor {
      seen.push(Object.keys(e).includes("training"));
      return t;
    }
  }
  const x = tf.ones([2, 3, 1]);
  new Training()(x, { training: true });
  new Training()(x);
  new Mask()(x);
  new Mask()(new keras.layers.Masking()(x));
  t.strictSame(seen, [true, false, null, [2, 3]]);
  const said: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => said.push(line);
  t.teardown(() => (console.warn = warn));
  const layer = new Nameless();
  layer(x, { training: true });
  layer(x);
  new Nameless()(x);
  new keras.Sequential([new keras.layers.Dense(1)])(x);
  t.equal(said.length, 1);
  t.match(said[0], /nameless: a minifier seems to have named the parameters of call.*write call\(x, { training, mask }\)/);
});

t.test("a layer of one's own in a traced function makes its weights once, outside of it", async (t) => {
  const layer = new Linear(3);
  const step = tf.function((x: tf.Tensor) => layer(x));
  const y = step(tf.ones([2, 2]));
  t.equal(layer.weights.length, 2);
  t.strictSame(step(tf.ones([2, 2])).array(), y.array());
  t.strictSame(layer(tf.ones([2, 2])).array(), y.array());
  t.equal(step.tracingCount, 1);
});

t.test("TypeScript knows what calls give", async (t) => {
  class Two extends layers.Layer {
    override call(x: tf.Tensor) {
      return [x, x] as const;
    }
  }
  const [a]: readonly [tf.Tensor, tf.Tensor] = new Two()(tf.ones([1]));
  const plain: tf.Tensor = (new layers.Dense(2) as keras.layers.Layer)(a.reshape([1, 1]));
  const model = new keras.Sequential([new layers.Identity()]);
  const list = model<tf.Tensor[]>([plain]);
  t.equal(list.length, 1);
});

t.test("a class without a name has that of a layer", async (t) => {
  keras.utils.clearSession();
  const make = () =>
    new (class extends layers.Layer {
      override call(x: tf.Tensor) {
        return x;
      }
    })();
  const made = [make(), make()];
  t.strictSame(
    made.map(({ name }) => name),
    ["layer", "layer_1"],
  );
  t.equal(new keras.Sequential([new keras.Input({ shape: [2] }), ...made]).layers.length, 2);
});
