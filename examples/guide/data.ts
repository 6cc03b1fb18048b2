// Data pipelines.

import * as tf from "kerasm";

// In-memory pipelines iterate synchronously too.
for (const e of tf.data.Dataset.range(3)) console.log(e);
//> tf.Tensor(0, shape=(), dtype=int32)
//> tf.Tensor(1, shape=(), dtype=int32)
//> tf.Tensor(2, shape=(), dtype=int32)

const images = tf.random.uniform([100, 28, 28]);
const labels = tf.range(0, 100);
const trainDs = tf.data.Dataset.fromTensorSlices([images, labels]).shuffle(10000).batch(32);
for await (const [x, y] of trainDs) console.log(x.shape, y.shape);
//> [ 32, 28, 28 ] [ 32 ]
//> [ 32, 28, 28 ] [ 32 ]
//> [ 32, 28, 28 ] [ 32 ]
//> [ 4, 28, 28 ] [ 4 ]

const evens = tf.data.Dataset.range(10)
  .filter((i) => i.item() % 2 === 0)
  .map((i) => i.mul(i))
  .batch(2, { dropRemainder: true })
  .repeat(2);
for (const e of evens) console.log(e.array());
//> [ 0, 4 ]
//> [ 16, 36 ]
//> [ 0, 4 ]
//> [ 16, 36 ]

// Generators, synchronous and asynchronous ones.
async function* countdown() {
  for (let i = 3; i > 0; i--) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield i;
  }
}
for await (const e of tf.data.Dataset.fromGenerator(countdown).prefetch(2)) console.log(e.item());
//> 3
//> 2
//> 1

// An iteration can be left and taken up again, and a checkpoint saves where it stands.
const iterator = tf.data.Dataset.range(5).iterator();
console.log(iterator.next().value?.item(), iterator.next().value?.item());
//> 0 1
for await (const e of iterator) console.log(e.item());
//> 2
//> 3
//> 4
