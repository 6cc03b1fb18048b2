// keras.mixedPrecision: the names that policies had in Keras 2.

export {
  defaultDtypePolicy as dtypePolicy,
  defaultDtypePolicy as globalPolicy,
  DTypePolicy,
  DTypePolicy as Policy,
  setDtypePolicy,
  setDtypePolicy as setGlobalPolicy,
} from "../config/dtype-policy.js";
export { LossScaleOptimizer } from "../optimizers/loss-scale-optimizer.js";
