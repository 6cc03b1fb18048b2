// TensorFlow's names that make no sense here, so that calling one says what to use instead.

import { notHere } from "../absent.js";

/** TensorFlow 1's graphs: calling it says what to use instead. */
export const Graph = notHere("tf.Graph");
/** TensorFlow's SavedModel: calling it says what to use instead. */
export const savedModel = {
  save: notHere("tf.savedModel.save"),
  load: notHere("tf.savedModel.load"),
  contains: notHere("tf.savedModel.contains"),
};
/** TensorFlow Lite's names: calling one says what to use instead. */
export const lite = { TFLiteConverter: notHere("tf.lite.TFLiteConverter"), Interpreter: notHere("tf.lite.Interpreter") };
/** TensorFlow 1's names: calling one says what to use instead. */
export const compat = {
  v1: {
    Session: notHere("tf.compat.v1.Session"),
    placeholder: notHere("tf.compat.v1.placeholder"),
    globalVariablesInitializer: notHere("tf.compat.v1.globalVariablesInitializer"),
    getVariable: notHere("tf.compat.v1.getVariable"),
  },
};
/** TensorFlow 1's queues: calling one says what to use instead. */
export const queue = { FIFOQueue: notHere("tf.queue.FIFOQueue"), RandomShuffleQueue: notHere("tf.queue.RandomShuffleQueue") };
/** TensorFlow's way to files: calling one says what to use instead. */
export const gfile = {
  GFile: notHere("tf.io.gfile.GFile"),
  exists: notHere("tf.io.gfile.exists"),
  glob: notHere("tf.io.gfile.glob"),
  listdir: notHere("tf.io.gfile.listdir"),
  makedirs: notHere("tf.io.gfile.makedirs"),
  rmtree: notHere("tf.io.gfile.rmtree"),
};
/** Estimators, of TensorFlow 1: calling one says what to use instead. */
export const estimator = {
  Estimator: notHere("tf.estimator.Estimator"),
  LinearClassifier: notHere("tf.estimator.LinearClassifier"),
  LinearRegressor: notHere("tf.estimator.LinearRegressor"),
  DNNClassifier: notHere("tf.estimator.DNNClassifier"),
  DNNRegressor: notHere("tf.estimator.DNNRegressor"),
};
/** Feature columns, of TensorFlow 1: calling one says what to use instead. */
export const featureColumn = {
  numericColumn: notHere("tf.featureColumn.numericColumn"),
  bucketizedColumn: notHere("tf.featureColumn.bucketizedColumn"),
  categoricalColumnWithVocabularyList: notHere("tf.featureColumn.categoricalColumnWithVocabularyList"),
  categoricalColumnWithHashBucket: notHere("tf.featureColumn.categoricalColumnWithHashBucket"),
  crossedColumn: notHere("tf.featureColumn.crossedColumn"),
  embeddingColumn: notHere("tf.featureColumn.embeddingColumn"),
  indicatorColumn: notHere("tf.featureColumn.indicatorColumn"),
};
