// keras.utils: a table of contents.

export { resetNames as clearSession } from "../config/names.js";
export { normalize } from "../ops/nn/normalize.js";
export { padSequences, type PadSequencesOptions, type Sequence } from "../data/pad-sequences.js";
export { setRandomSeed } from "../variables/seed-generator.js";
export { toCategorical } from "../data/to-categorical.js";
export * as boundingBoxes from "../ops/boxes/index.js";
