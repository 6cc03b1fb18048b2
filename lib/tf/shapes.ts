// TensorFlow's names of operations on shapes, and of what makes tensors.

export {
  arange as range, broadcastTo, cast, concatenate as concat, expandDims, fullLike, full as fill, ones, onesLike, reshape, slice, squeeze, stack, transpose, where, zeros, zerosLike,
} from "../ops/index.js"; // prettier-ignore
export { identity, stopGradient } from "../ops/gradient/stop-gradient.js";
