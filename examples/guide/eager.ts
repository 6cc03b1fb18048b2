// Eager execution: operations run when they are called, and host control flow just works.

import * as tf from "kerasm";

const x = tf.ones([2, 2]);
const y = tf.constant([[1, 2], [3, 4]], { dtype: "float32" }); // prettier-ignore
const z = tf.matmul(x, y);
console.log(String(z));
//> tf.Tensor(
//> [[4. 6.]
//>  [4. 6.]], shape=(2, 2), dtype=float32)
console.log(z.array());
//> [ [ 4, 6 ], [ 4, 6 ] ]

// Chained methods and broadcasting.
console.log(String(y.mul(2).add([10, 20])));
//> tf.Tensor(
//> [[12. 24.]
//>  [16. 28.]], shape=(2, 2), dtype=float32)

const r = tf.random.uniform([], { minval: 0, maxval: 1 });
const m = tf.reshape(tf.range(0, 4), [2, 2]);
const s = r.item() > 0.5 ? tf.matmul(m, m) : tf.add(m, m);
console.log(r.item() > 0.5 ? "matmul" : "add", s.shape);
//> … [ 2, 2 ]

// From a TensorFlow tensor to JavaScript: a flat typed array, nested arrays, one number.
console.log(z.data(), tf.reduceSum(z).item());
//> Float32Array(4) [ 4, 6, 4, 6 ] 20
