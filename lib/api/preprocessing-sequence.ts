// keras.preprocessing.sequence: a table of contents.

export { makeSamplingTable, skipgrams } from "../data/older/skipgrams.js";
export { TimeseriesGenerator } from "../data/older/timeseries-generator.js";
export { padSequences } from "../data/pad-sequences.js";
