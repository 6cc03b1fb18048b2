// keras.legacy: what Keras keeps of Keras 2.

export * as saving from "./legacy-saving.js";
