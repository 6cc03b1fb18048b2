// kerasm/models: ready-made architectures, one file each.

export * from "./simple-cnn.js";
export * from "./simple-mlp.js";
