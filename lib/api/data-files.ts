// What data sets are made with: files that are fetched and checked, options, tensors; and those of Keras. Not more, so that a page with its
// own model code loads no second library for its data.

export { field, invalid, nullable, schema, type Options } from "../config/index.js";
export { constant } from "../core/convert.js";
export { ValueError } from "../core/errors.js";
export type { Tensor } from "../core/tensor.js";
export { addressOf, readAsset } from "../data/asset.js";
export { parseIdx } from "../data/known/idx.js";
export { bostonHousing, californiaHousing, cifar10, cifar100, imdb, mnist, reuters } from "../data/known/index.js";
