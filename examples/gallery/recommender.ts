// Collaborative filtering: vectors of users and films whose product tells how a user would rate a film.
//   node build/examples/gallery/recommender.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

// Made-up tastes: users and films have hidden places in a plane, near ones fit.
const [users, films, size] = [200, 150, 16];
const taste = keras.random.normal([users, 2], { seed: 1 }).array<number[][]>();
const kind = keras.random.normal([films, 2], { seed: 2 }).array<number[][]>();
const fit = (user: number, film: number): number =>
  1 / (1 + Math.exp(-2 * (taste[user]![0]! * kind[film]![0]! + taste[user]![1]! * kind[film]![1]!)));
const all = Array.from({ length: quick ? 6000 : 20000 }, (_, i) => [(i * 7919) % users, (i * 104729 + (i >> 3)) % films] as const);
const pairs = tf.constant(all, { dtype: "int32" });
const ratings = tf.constant(all.map(([user, film]) => [fit(user, film)])); // prettier-ignore

class RecommenderNet extends keras.Model {
  readonly userEmbedding = new layers.Embedding(users, size, {
    embeddingsInitializer: "he_normal",
    embeddingsRegularizer: keras.regularizers.l2(1e-6),
  });
  readonly userBias = new layers.Embedding(users, 1);
  readonly filmEmbedding = new layers.Embedding(films, size, {
    embeddingsInitializer: "he_normal",
    embeddingsRegularizer: keras.regularizers.l2(1e-6),
  });
  readonly filmBias = new layers.Embedding(films, 1);

  override call(inputs: tf.Tensor): tf.Tensor {
    const [user, film] = ops.unstack(inputs, 2, { axis: 1 });
    const [u, f] = [this.userEmbedding(user!), this.filmEmbedding(film!)];
    const match = ops.sum(tf.multiply(u, f), 1, { keepdims: true });
    return ops.sigmoid(tf.add(tf.add(match, this.userBias(user!)), this.filmBias(film!)));
  }
}

const model = new RecommenderNet();
model.compile({
  loss: "binary_crossentropy",
  optimizer: new keras.optimizers.Adam({ learningRate: 1e-2 }),
  metrics: [new keras.metrics.RootMeanSquaredError({ name: "rmse" })],
});
const { history } = await model.fit(pairs, ratings, {
  batchSize: 64,
  epochs: quick ? 8 : 15,
  validationSplit: 0.1,
  verbose: quick ? 0 : 1,
});

const user = 42;
const seen = new Set(all.filter(([who]) => who === user).map(([, film]) => film));
const candidates = Array.from({ length: films }, (_, film) => film).filter((film) => !seen.has(film));
const scored: tf.Tensor = await model.predict(
  tf.constant(
    candidates.map((film) => [user, film]),
    { dtype: "int32" },
  ),
  { verbose: 0 },
);
const scores = ops.reshape(scored, [-1]);
const [, best] = ops.topK(scores, 5) as unknown as [tf.Tensor, tf.Tensor];
const chosen = best.array<number[]>().map((i) => candidates[i]!);
console.log(
  `for user ${user}: ${chosen.map((film) => `film ${film} (would like it by ${(100 * fit(user, film)).toFixed(0)} %)`).join(", ")}`,
);
console.log(`validation error ${history["val_rmse"]!.at(-1)!.toFixed(3)}`);
