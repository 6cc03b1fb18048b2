// tf.random

export { categorical, normal, setRandomSeed as setSeed, shuffle, truncatedNormal, uniform } from "../../random/index.js";
