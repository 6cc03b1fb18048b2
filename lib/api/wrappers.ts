// keras.wrappers.

export { SKLearnClassifier, SKLearnRegressor, SKLearnTransformer } from "./absent-names.js";
