// Traced functions: traced once for each signature, run as one compiled program.

import * as tf from "kerasm";

const f = (x: tf.Tensor, y: tf.Tensor) => tf.reduceMean(tf.add(tf.multiply(tf.pow(x, 2), 3), y));
const g = tf.function(f);
const [a, b] = [tf.constant([1, 2]), tf.constant([3, 4])];
console.log(f(a, b).item(), g(a, b).item());
//> 11 11

const double = tf.function((a: tf.Tensor) => {
  console.log("Tracing with", String(a));
  return a.add(a);
});
console.log(double(tf.constant(1, { dtype: "int32" })).item());
//> Tracing with Tensor("a:0", shape=(), dtype=int32)
//> 2
console.log(double(tf.constant(1.1)).item().toFixed(3));
//> Tracing with Tensor("a:0", shape=(), dtype=float32)
//> 2.200
console.log(double(tf.constant([1, 2], { dtype: "int32" })).array());
//> Tracing with Tensor("a:0", shape=(2,), dtype=int32)
//> [ 2, 4 ]
console.log(double(tf.constant([3, 4], { dtype: "int32" })).array()); // no trace: the signature is known
//> [ 6, 8 ]
console.log(double.tracingCount);
//> 3

const increment = tf.function((x: tf.Tensor) => x.add(1), { inputSignature: [new tf.TensorSpec(null, "float32")] });
console.log(increment(tf.constant([1, 2])).array(), increment(tf.constant([[3]])).array());
//> [ 2, 3 ] [ [ 4 ] ]
try {
  increment(tf.constant([1], { dtype: "int32" }));
} catch (error) {
  console.log((error as Error).name, /inputSignature/.test((error as Error).message));
}
//> DtypeError true

class ScalarModel {
  v = tf.variable(0, { dtype: "int32" });
  increment = tf.function((amount: tf.Tensor) => {
    this.v.assignAdd(amount);
  });
}
const [model1, model2] = [new ScalarModel(), new ScalarModel()];
model1.increment(tf.constant(2, { dtype: "int32" }));
model2.increment(tf.constant(5, { dtype: "int32" }));
model2.increment(tf.constant(5, { dtype: "int32" }));
console.log(model1.v.item(), model2.v.item());
//> 2 10

// Control flow that depends on values of tensors becomes part of the program.
const relu = tf.function((x: tf.Tensor) =>
  tf.cond(
    tf.greater(tf.reduceSum(x), 0),
    () => x,
    () => tf.zerosLike(x),
  ),
);
console.log(relu(tf.constant([3, -1])).array(), relu(tf.constant([-3, 1])).array());
//> [ 3, -1 ] [ 0, 0 ]
