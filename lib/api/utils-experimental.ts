// keras.utils.experimental

export { DatasetCreator } from "../distribution/dataset-creator.js";
