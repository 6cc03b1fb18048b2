// keras.random

export { SeedGenerator, setRandomSeed } from "../variables/seed-generator.js";
export * from "./random.js";
export { binomial } from "./binomial.js";
export { beta, gamma } from "./gamma.js";
