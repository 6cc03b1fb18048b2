// Elementwise operations on arrays beyond the cache, where memory is the limit; chains in one program; and what a call costs.

import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";

const { relu, gelu, sigmoid, tanh } = tf.keras.ops;

const rows = 8192;
const columns = 1024;
const elements = rows * columns;

type Unary = (x: tf.Tensor) => tf.Tensor;

const unary = (name: string, ours: Unary, torch: string, quick = false): Case => ({
  name: `elementwise ${name} 8M`,
  work: { bytes: 8 * elements },
  quick,
  ours() {
    const x = tf.random.uniform([rows, columns], { minval: -2, maxval: 2 });
    return () => tf.tidy(() => void ours(x));
  },
  peers: { torch: { setup: `x = torch.rand(${rows}, ${columns}) * 4 - 2`, run: torch } },
});

const binary = (name: string, shape: readonly number[], bytes: number, quick = false): Case => ({
  name: `elementwise ${name}`,
  work: { bytes },
  quick,
  ours() {
    const [x, y] = [tf.random.uniform([rows, columns]), tf.random.uniform(shape)];
    return () => tf.tidy(() => void tf.add(x, y));
  },
  peers: { torch: { setup: `x, y = torch.rand(${rows}, ${columns}), torch.rand(${shape.join()})`, run: "x + y" } },
});

/** In place: variables are read where they stand, so that nothing but the chain moves. */
const chain = (name: string, factorShape: readonly number[], bytes: number): Case => ({
  name: `elementwise chain of 4 ${name}`,
  work: { bytes },
  ours() {
    const [x, out] = [tf.variable(tf.random.uniform([rows, columns])), tf.variable(tf.zeros([rows, columns]))];
    const [y, z] = [tf.variable(tf.random.uniform(factorShape)), tf.variable(tf.random.uniform([rows, columns]))];
    return tf.function(() => void out.assign(relu(tf.multiply(tf.add(tf.multiply(x, y), z), 0.5))));
  },
  peers: {
    torch: {
      setup: `x, z, y = torch.rand(${rows}, ${columns}), torch.rand(${rows}, ${columns}), torch.rand(${factorShape.join()})`,
      run: "F.relu((x * y + z) * 0.5)",
    },
  },
});

const call = (name: string, shape: readonly number[]): Case => ({
  name: `elementwise add ${name}, one call`,
  quick: shape.length === 0,
  ours() {
    const [x, y] = [tf.random.uniform(shape), tf.random.uniform(shape)];
    return () => tf.tidy(() => void tf.add(x, y));
  },
  peers: {
    torch: { setup: `x, y = torch.rand(${JSON.stringify(shape)}), torch.rand(${JSON.stringify(shape)})`, run: "x + y" },
    "tfjs-wasm": { setup: `const x = tf.randomUniform([${shape}]), y = tf.randomUniform([${shape}]);`, run: "tf.add(x, y);" },
    "tfjs-cpu": { setup: `const x = tf.randomUniform([${shape}]), y = tf.randomUniform([${shape}]);`, run: "tf.add(x, y);" },
    jax: { setup: `const x = np.ones([${shape}]), y = np.ones([${shape}]);`, run: "return x.ref.add(y.ref);" },
  },
});

export const elementwise: readonly Case[] = [
  binary("add 8M", [rows, columns], 12 * elements, true),
  binary("add 8M + a row", [columns], 8 * elements),
  binary("add 8M + a column", [rows, 1], 8 * elements),
  unary("relu", (x) => relu(x), "F.relu(x)", true),
  unary("exp", (x) => tf.exp(x), "torch.exp(x)", true),
  unary("tanh", (x) => tanh(x), "torch.tanh(x)"),
  unary("sigmoid", (x) => sigmoid(x), "torch.sigmoid(x)"),
  unary("gelu", (x) => gelu(x), "F.gelu(x)"),
  unary("square root", (x) => tf.sqrt(x), "torch.sqrt(x)"),
  chain("8M", [rows, columns], 16 * elements),
  chain("8M with a row", [columns], 12 * elements),
  call("scalar", []),
  call("32×128", [32, 128]),
];
