// keras.utils: a table of contents.

export { clearSession } from "./clear-session.js";
export { normalize } from "../ops/nn/normalize.js";
export { padSequences, type PadSequencesOptions, type Sequence as PaddedSequence } from "../data/pad-sequences.js";
export { setRandomSeed } from "../variables/seed-generator.js";
export { toCategorical } from "../data/to-categorical.js";
export * as boundingBoxes from "../ops/boxes/index.js";
export { PyDataset, PyDataset as Sequence, type PyDatasetOptions } from "../data/py-dataset.js";
export { FeatureSpace } from "../layers/preprocessing/feature-space.js";
export {
  audioDatasetFromDirectory,
  imageDatasetFromDirectory,
  textDatasetFromDirectory,
  type DirectoryDataset,
} from "../data/directories.js";
export { arrayToImg, imgToArray, loadImg, saveImg } from "../data/images.js";
export { splitDataset } from "../data/split-dataset.js";
export { timeseriesDatasetFromArray } from "../data/timeseries.js";
export { BytePairTokenizer } from "../data/byte-pair-tokenizer.js";
export { standardizeDtype } from "../config/dtypes.js";
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from "../config/process.js";
export {
  customObjectScope,
  customObjectScope as CustomObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from "../config/saving.js";
export * as experimental from "./utils-experimental.js";
export * as legacy from "./legacy-saving.js";
export { packXYSampleWeight, unpackXYSampleWeight } from "../data/pack.js";
export { isKerasTensor } from "../layers/functional/keras-tensor.js";
export { Progbar, type ProgbarOptions } from "../callbacks/progbar.js";
export { Config } from "../config/config.js";
export { getSourceInputs } from "../model/graph/sources.js";
export { modelToDot } from "../visualization/model-to-dot.js";
export { plotModel } from "../visualization/plot.js";
export { getFile, type GetFileOptions } from "./get-file.js";
