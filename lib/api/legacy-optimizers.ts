// keras.optimizers.legacy: the optimizers of Keras 2, which Keras 3 only names.

export {
  legacyOptimizer as Adagrad,
  legacyOptimizer as Adam,
  legacyOptimizer as Ftrl,
  legacyOptimizer as Optimizer,
  legacyOptimizer as RMSprop,
  legacyOptimizer as SGD,
} from "./absent-names.js";
