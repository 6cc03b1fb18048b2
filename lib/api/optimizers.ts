// keras.optimizers.

export * from "../optimizers/index.js";
export * as legacy from "./legacy-optimizers.js";
