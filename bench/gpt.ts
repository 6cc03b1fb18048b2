// The miniature GPT of Keras's examples ("Text generation with a miniature GPT"), and the same weights a token at a time, with what earlier
// tokens left kept in variables: how text is generated.

import * as tf from "../lib/index.js";

const { keras } = tf;
const { layers, ops } = keras;

export const gptSizes = { vocabulary: 20_000, tokens: 80, width: 256, heads: 2, hidden: 256 } as const;
const { vocabulary, tokens, width, heads, hidden } = gptSizes;
const inner = heads * width;

/** Multiplications and additions of one sample: projections, scores and sums of the lower half, the two Dense layers, the vocabulary. */
export const gptFlops = 2 * tokens * (4 * width * inner + 2 * width * hidden + width * vocabulary) + 2 * tokens * tokens * inner;

/** What one token reads of the weights: all matrices of products. */
export const gptWeightBytes = 4 * (4 * width * inner + 2 * width * hidden + width * vocabulary);

class TokenAndPosition extends layers.Layer {
  readonly token = new layers.Embedding(vocabulary, width);
  readonly position = new layers.Embedding(tokens, width);

  override call(x: tf.Tensor): tf.Tensor {
    return tf.add(this.token(x) as tf.Tensor, this.position(ops.arange(x.shape[1]!)) as tf.Tensor);
  }
}

class Block extends layers.Layer {
  readonly attention = new layers.MultiHeadAttention(heads, width);
  readonly up = new layers.Dense(hidden, { activation: "relu" });
  readonly down = new layers.Dense(width);
  readonly norm1 = new layers.LayerNormalization({ epsilon: 1e-6 });
  readonly norm2 = new layers.LayerNormalization({ epsilon: 1e-6 });
  readonly drop1 = new layers.Dropout(0.1);
  readonly drop2 = new layers.Dropout(0.1);

  override call(x: tf.Tensor, { training }: { training?: boolean } = {}): tf.Tensor {
    const attended = this.drop1(this.attention(x, x, null, { useCausalMask: true, training }) as tf.Tensor, { training });
    const y = this.norm1(tf.add(x, attended as tf.Tensor)) as tf.Tensor;
    const fed = this.drop2(this.down(this.up(y)), { training });
    return this.norm2(tf.add(y, fed as tf.Tensor)) as tf.Tensor;
  }
}

/** Logits of the next token, for each of 80 places. */
export function gpt(): tf.keras.Model {
  const inputs = keras.Input({ shape: [tokens], dtype: "int32" });
  const x = new Block()(new TokenAndPosition()(inputs) as tf.Tensor) as tf.Tensor;
  return new keras.Model({ inputs, outputs: new layers.Dense(vocabulary)(x) as tf.Tensor });
}

/** One token of a sequence: [token, position, keys, values] gives logits and what the next token is called with. Batch of one. */
class Step extends layers.Layer {
  constructor(
    readonly embedding: TokenAndPosition,
    readonly block: Block,
    readonly head: tf.keras.layers.Dense,
  ) {
    super();
  }

  override call([token, position, keys, values]: tf.Tensor[]): tf.Tensor[] {
    const { embedding, block, head } = this;
    const { attention } = block;
    const x = tf.add(embedding.token(token!) as tf.Tensor, embedding.position(position!) as tf.Tensor); // [1, 1, width]
    const places = tf.reshape(ops.arange(tokens), [1, tokens, 1, 1]);
    const here = tf.equal(places, position!);
    const nextKeys = tf.where(here, attention.keyDense(x) as tf.Tensor, keys!);
    const nextValues = tf.where(here, attention.valueDense(x) as tf.Tensor, values!);
    const mask = tf.reshape(tf.lessEqual(places, position!), [1, 1, 1, tokens]);
    const attended = ops.dotProductAttention(attention.queryDense(x) as tf.Tensor, nextKeys, nextValues, { mask });
    const y = block.norm1(tf.add(x, attention.outputDense(attended) as tf.Tensor)) as tf.Tensor;
    const z = block.norm2(tf.add(y, block.down(block.up(y)) as tf.Tensor)) as tf.Tensor;
    return [head(z) as tf.Tensor, nextKeys, nextValues];
  }
}

const cacheShape = [1, tokens, heads, width];

/** A model of one step of generation: its last two outputs are its last two inputs of the next. */
export function gptStep(): tf.keras.Model {
  const [embedding, block, head] = [new TokenAndPosition(), new Block(), new layers.Dense(vocabulary)] as const;
  const x = keras.Input({ batchShape: [1, tokens], dtype: "int32" });
  head(block(embedding(x) as tf.Tensor) as tf.Tensor); // makes the weights
  const ids = (name: string) => keras.Input({ batchShape: [1, 1], dtype: "int32", name });
  const cache = (name: string) => keras.Input({ batchShape: cacheShape, name });
  const inputs = [ids("token"), ids("position"), cache("keys"), cache("values")];
  return new keras.Model({ inputs, outputs: new Step(embedding, block, head)(inputs as never) as never });
}

/** Generates 80 tokens, each the likeliest after those before; what is kept between them stands in variables. */
export function generator(): () => number[] {
  const model = gptStep();
  const [keys, values] = [tf.zeros(cacheShape), tf.zeros(cacheShape)].map((first) => new tf.Variable(first, { trainable: false }));
  const step = tf.function((token: tf.Tensor, position: tf.Tensor) => {
    const [logits, nextKeys, nextValues] = model([token, position, keys!.value(), values!.value()] as never) as unknown as tf.Tensor[];
    keys!.assign(nextKeys!);
    values!.assign(nextValues!);
    return tf.cast(tf.argmax(logits!, -1), "int32");
  });
  const places = Array.from({ length: tokens }, (_, i) => tf.constant([[i]], { dtype: "int32" }));
  const first = tf.constant([[1]], { dtype: "int32" });
  return () => {
    let token = first;
    return places.map((place) => (token = step(token, place)).item() as number);
  };
}
