// The public face, Keras-3-shaped: keras.layers, keras.ops, keras.models …

export * as ops from "./ops/index.js";
export * as random from "./random/index.js";
