// Layers of one's own.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";

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

const layer = new Linear(32);
console.log(layer.weights); // made at the first call
//> []
console.log(layer(tf.ones([8, 16])).shape);
//> [ 8, 32 ]
console.log(layer.weights.map(({ name, shape }) => `${name} [${shape.join(", ")}]`));
//> [ 'w [16, 32]', 'b [32]' ]

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

// Sublayers and weights are found by assignment; models nest.
class DenseBlock extends keras.Model {
  blocks;

  constructor(count: number, growth: number) {
    super();
    this.blocks = Array.from({ length: count }, () => new ConvBlock(growth, 3, { dropoutRate: 0.2 }));
  }

  override call(x: tf.Tensor, { training = false } = {}) {
    return this.blocks.reduce((all, block) => tf.concat([all, block(all, { training })], -1), x);
  }
}

const block = new DenseBlock(3, 4);
console.log(block(tf.random.normal([2, 10, 10, 3]), { training: true }).shape);
//> [ 2, 10, 10, 15 ]
console.log(block.trainableWeights.length, block.nonTrainableWeights.length, block.losses.length);
//> 9 6 3
