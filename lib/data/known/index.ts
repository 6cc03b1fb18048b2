// keras.datasets: known data sets. What reads them is loaded with the first one.

import { family } from "../../core/lazily.js";

export type { Splits } from "./sets.js";

type Sets = typeof import("./sets.js");

/** The functions of a data set, which load what does the work. */
const set = <K extends keyof Sets, M extends keyof Sets[K]>(name: K, ...functions: readonly M[]): Pick<Sets[K], M> => {
  const lazily = family<Sets[K] & object>(async () => (await import("./sets.js"))[name] as Sets[K] & object);
  return Object.fromEntries(functions.map((each) => [each, lazily(each)])) as unknown as Pick<Sets[K], M>;
};

/** MNIST: 60,000 and 10,000 handwritten digits, uint8 `[examples, 28, 28]`, and their labels. Keras: keras.datasets.mnist */
export const mnist = set("mnist", "loadData");

/**
 * Fashion-MNIST: 60,000 and 10,000 images of clothes, uint8 `[examples, 28, 28]`, and their labels, from Keras's files; `kerasm/datasets`
 * has them with the package. Keras: keras.datasets.fashion_mnist
 */
export const fashionMnist = set("fashionMnist", "loadData");

/**
 * CIFAR-10: 50,000 and 10,000 photographs of ten classes, uint8 `[examples, 32, 32, 3]`, and labels `[examples, 1]`. Keras:
 * keras.datasets.cifar10
 */
export const cifar10 = set("cifar10", "loadData");

/** CIFAR-100: as CIFAR-10 with 100 classes, or with `labelMode: "coarse"` 20 groups of them. Keras: keras.datasets.cifar100 */
export const cifar100 = set("cifar100", "loadData");

/** IMDB: 25,000 and 25,000 film reviews as numbers of words by frequency, and whether they are positive. Keras: keras.datasets.imdb */
export const imdb = set("imdb", "loadData", "getWordIndex");

/**
 * Reuters: 11,228 newswires as numbers of words by frequency, and their 46 topics. Keras: keras.datasets.reuters
 *
 * ```ts
 * keras.datasets.reuters.getLabelNames().length; // 46
 * ```
 */
export const reuters = {
  ...set("reuters", "loadData", "getWordIndex"),
  /** The topics in the order of their numbers. */
  getLabelNames: (): readonly string[] => topics,
};

const topics = [
  "cocoa",
  "grain",
  "veg-oil",
  "earn",
  "acq",
  "wheat",
  "copper",
  "housing",
  "money-supply",
  "coffee",
  "sugar",
  "trade",
  "reserves",
  "ship",
  "cotton",
  "carcass",
  "crude",
  "nat-gas",
  "cpi",
  "money-fx",
  "interest",
  "gnp",
  "meal-feed",
  "alum",
  "oilseed",
  "gold",
  "tin",
  "strategic-metal",
  "livestock",
  "retail",
  "ipi",
  "iron-steel",
  "rubber",
  "heat",
  "jobs",
  "lei",
  "bop",
  "zinc",
  "orange",
  "pet-chem",
  "dlr",
  "gas",
  "silver",
  "wpi",
  "hog",
  "lead",
];

/** Boston housing: 506 districts by 13 numbers, and what houses cost. Keras: keras.datasets.boston_housing */
export const bostonHousing = set("bostonHousing", "loadData");

/**
 * California housing: 20,640 districts by 8 numbers (`version: "small"`: 600), and what houses cost. Keras:
 * keras.datasets.california_housing
 */
export const californiaHousing = set("californiaHousing", "loadData");
