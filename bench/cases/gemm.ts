// Products of matrices in every form that a dense layer needs: forward, gradient of the input (NT), gradient of the kernel (TN).

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

type Form = "nn" | "nt" | "tn";

interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

function product(form: Form, name: string, { m, k, n }: Sizes, quick: boolean): Case {
  const [transposeA, transposeB] = [form === "tn", form === "nt"];
  const shapeA = transposeA ? [k, m] : [m, k];
  const shapeB = transposeB ? [n, k] : [k, n];
  const python = `a${transposeA ? ".T" : ""} @ b${transposeB ? ".T" : ""}`;
  const tfjs = {
    setup: `const a = tf.randomUniform([${shapeA}]), b = tf.randomUniform([${shapeB}]);`,
    run: `tf.matMul(a, b, ${transposeA}, ${transposeB});`,
  };
  return {
    name: `gemm ${form} ${name}`,
    work: { flops: 2 * m * n * k },
    quick,
    ours() {
      const a = tf.random.uniform(shapeA);
      const b = tf.random.uniform(shapeB);
      return () => tf.tidy(() => void tf.matmul(a, b, { transposeA, transposeB }));
    },
    peers: {
      torch: { setup: `a, b = torch.rand(${shapeA}), torch.rand(${shapeB})`, run: python },
      "tfjs-wasm": tfjs,
      jax: {
        setup: `const a = jax.random.uniform(jax.random.key(0), [${shapeA}]), b = jax.random.uniform(jax.random.key(1), [${shapeB}]);
          const f = jax.jit((a, b) => np.matmul(${transposeA ? "a.transpose()" : "a"}, ${transposeB ? "b.transpose()" : "b"}));`,
        run: "return f(a.ref, b.ref);",
      },
    },
  };
}

const forms: readonly Form[] = ["nn", "nt", "tn"];
const squares = [64, 128, 256, 512, 1024];
/** The dense layers of the guide's CNN and of the MLP, batch 32. */
const dense: readonly (readonly [string, Sizes])[] = [
  ["32×1600×64 (CNN)", { m: 32, k: 1600, n: 64 }],
  ["32×64×10 (CNN)", { m: 32, k: 64, n: 10 }],
  ["32×784×128 (MLP)", { m: 32, k: 784, n: 128 }],
];

/** A chain of products in one program: what a small product costs without a call of its own. */
function chain(size: number, length: number): Case {
  return {
    name: `gemm nn ${size} in a program`,
    work: { flops: 2 * size ** 3 * length },
    ours() {
      const b = tf.variable(tf.random.uniform([size, size]).mul(2 / size));
      const f = tf.function((x: tf.Tensor) => {
        let y = x;
        for (let i = 0; i < length; i++) y = tf.matmul(y, b);
        return y;
      });
      const x = tf.random.uniform([size, size]);
      return () => tf.tidy(() => void f(x));
    },
    peers: {
      torch: {
        setup: `x, b = torch.rand(${size}, ${size}), torch.rand(${size}, ${size}) * ${2 / size}`,
        run: `y = x\nfor _ in range(${length}): y = y @ b`,
      },
    },
  };
}

export const gemm: readonly Case[] = [
  ...squares.flatMap((size) =>
    forms.map((form) => product(form, String(size), { m: size, k: size, n: size }, form === "nn" && size !== 128 && size < 1024)),
  ),
  ...[64, 128].map((size) => chain(size, 32)),
  ...dense.flatMap(([name, sizes]) => [
    product("nn", `${name} forward`, sizes, sizes.k > 64),
    product("nt", `${name} input gradient`, { m: sizes.m, k: sizes.n, n: sizes.k }, false),
    product("tn", `${name} kernel gradient`, { m: sizes.k, k: sizes.m, n: sizes.n }, false),
  ]),
];
