// Variables and gradients.

import * as tf from "kerasm";

const w = tf.variable([[1.0]]);
const tape = new tf.GradientTape();
const loss = tape.record(() => w.mul(w).add(w.mul(2)).add(5));
console.log(String(tape.gradient(loss, w)));
//> tf.Tensor([[4.]], shape=(1, 1), dtype=float32)

// Variables are assigned; tensors never change.
const before = w.value();
w.assignAdd([[2]]);
console.log(w.array(), before.array());
//> [ [ 3 ] ] [ [ 1 ] ]

// Sources may be arrays or records; null says that nothing connects.
const x = tf.constant(3);
const unused = tf.constant(1);
const several = new tf.GradientTape();
several.watch([x, unused]);
const cube = several.record(() => tf.pow(x, 3));
const { dx, none } = several.gradient(cube, { dx: x, none: unused });
console.log(dx!.item(), none);
//> 27 null

// Tapes nest: a second derivative.
const outer = new tf.GradientTape();
outer.watch(x);
const slope = outer.record(() => {
  const inner = new tf.GradientTape();
  inner.watch(x);
  return inner.gradient(
    inner.record(() => tf.pow(x, 3)),
    x,
  )!;
});
console.log(slope.item(), outer.gradient(slope, x)!.item());
//> 27 18

// A Jacobian: row i is the gradient of y[i].
const v = tf.constant([1, 2]);
const rows = new tf.GradientTape({ persistent: true });
rows.watch(v);
const squares = rows.record(() => tf.square(v));
console.log(rows.jacobian(squares, v)!.array());
//> [ [ 2, 0 ], [ 0, 4 ] ]
