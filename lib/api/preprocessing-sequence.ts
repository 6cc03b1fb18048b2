// keras.preprocessing.sequence: a table of contents.

export { padSequences } from "../data/pad-sequences.js";
