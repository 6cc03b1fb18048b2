// tf.experimental: what still has its name there.

export * as numpy from "../numpy.js";
