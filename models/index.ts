// kerasm/models: ready-made architectures.

export * from "./applications.js";
export * from "./simple-cnn.js";
export * from "./simple-mlp.js";
