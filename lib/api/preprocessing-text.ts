// keras.preprocessing.text: a table of contents.

export { hashingTrick, oneHot, textToWordSequence, Tokenizer, tokenizerFromJson } from "../data/older/tokenizer.js";
