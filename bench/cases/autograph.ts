// The guide's loop: the sum of the even numbers of a list, by hand, converted, and traced.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

/* eslint-disable -- operands are tensors */
type Any = any;

function sumEven(items: Any): Any {
  let s: Any = 0;
  for (const c of items) {
    if (c % 2 > 0) continue;
    s += c;
  }
  return s;
}

/** What one writes without autograph. */
function byHand(items: tf.Tensor): tf.Tensor {
  let s: Any = 0;
  for (const c of items) {
    if (tf.truncatemod(c, 2).greater(0).item()) continue;
    s = tf.add(s, c);
  }
  return s;
}

const sizes = [4, 1000];

const tfjs = (size: number) => ({
  setup: `const x = tf.range(0, ${size}, 1, 'int32')`,
  run: `tf.tidy(() => { let s = tf.scalar(0, 'int32'); for (const c of tf.unstack(x)) { if (tf.mod(c, 2).dataSync()[0] > 0) continue; s = tf.add(s, c); } return s.dataSync()[0]; })`,
});

const jax = (size: number) => ({
  setup: `const x = np.arange(${size})`,
  run: `return (async () => { let s = np.array(0, { dtype: 'int32' }); for (let i = 0; i < ${size}; i++) { const c = x.ref.slice(i); if ((await np.remainder(c.ref, 2).data())[0] > 0) { c.dispose(); continue; } s = s.add(c); } return [s]; })();`,
});

/** A function of so many lines: functions with control flow inside of one. */
function functionOf(lines: number): () => void {
  const one = `function step(x, n) {\n  let s = 0;\n  for (let i = 0; i < n; i++) {\n    if (x[i] % 2 > 0) continue;\n    else if (s > 100) break;\n    s += x[i] * 2;\n  }\n  while (s > 10 && !(s < 0)) s -= n > 2 ? 3 : 1;\n  return s;\n}\n`;
  const count = Math.ceil(lines / one.trim().split("\n").length);
  const all = Array.from({ length: count }, (_, i) => one.replace("step", `step${i}`)).join("");
  return new Function(`return function whole() {\n${all}}`)() as () => void;
}

const transforming: Case = {
  name: "autograph transform of 1,000 lines",
  ours() {
    const whole = functionOf(1000);
    return () => tf.autograph.toCode(whole);
  },
};

export const autograph: readonly Case[] = sizes
  .flatMap((size): Case[] => [
    {
      name: `autograph sum of even numbers, ${size}: eager, by hand`,
      ours() {
        const x = tf.range(0, size);
        return () => byHand(x);
      },
      peers: { "tfjs-cpu": tfjs(size), "tfjs-wasm": tfjs(size), jax: jax(size) },
    },
    {
      name: `autograph sum of even numbers, ${size}: eager, converted`,
      ours() {
        const x = tf.range(0, size);
        const run = tf.autograph.toGraph(sumEven);
        return () => run(x);
      },
    },
    {
      name: `autograph sum of even numbers, ${size}: traced`,
      quick: true,
      ours() {
        const x = tf.range(0, size);
        const run = tf.function(sumEven, { autograph: true });
        return () => run(x);
      },
    },
  ])
  .concat(transforming);
