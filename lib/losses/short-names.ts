// The short names that tf.keras still has for losses as functions.

export { klDivergence as kld, klDivergence as KLD, klDivergence as kullbackLeiblerDivergence } from "./kl-divergence.js";
export { logCosh as logcosh } from "./log-cosh.js";
export { meanAbsoluteError as mae, meanAbsoluteError as MAE } from "./mean-absolute-error.js";
export { meanAbsolutePercentageError as mape, meanAbsolutePercentageError as MAPE } from "./mean-absolute-percentage-error.js";
export { meanSquaredError as mse, meanSquaredError as MSE } from "./mean-squared-error.js";
export { meanSquaredLogarithmicError as msle, meanSquaredLogarithmicError as MSLE } from "./mean-squared-logarithmic-error.js";
