// keras.ops.image: the operations on images, and the one that draws random numbers.

export * from "../../ops/image/index.js";
export { elasticTransform } from "../../random/elastic-transform.js";
