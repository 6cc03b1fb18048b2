// The names of Keras that make no sense in JavaScript: why, and what does the same here. They exist, and throw what is said here when they
// are called.

import { NotSupportedError } from "../core/errors.js";

/** Names that stand for something that only Python has. */
export interface Absent {
  /** Keras's names. */
  readonly names: readonly string[];
  readonly reason: string;
  /** What to use here. */
  readonly instead: string;
}

export const absent: readonly Absent[] = [
  {
    names: ["keras.layers.JaxLayer", "keras.layers.FlaxLayer", "keras.layers.TorchModuleWrapper"],
    reason: "wraps modules of other Python frameworks",
    instead: "Write the computation as a class that extends keras.layers.Layer, and set its weights with setWeights.",
  },
  {
    names: ["keras.layers.TFSMLayer"],
    reason: "runs TensorFlow's SavedModel format, whose graphs need TensorFlow",
    instead: "Save the model as .keras and read it with keras.models.loadModel.",
  },
  {
    names: ["keras.export.ExportArchive"],
    reason: "writes TensorFlow's SavedModel format, whose graphs need TensorFlow",
    instead: 'Write ONNX: model.export("model.onnx", { inputSignature }); for several functions a file each.',
  },
  {
    names: ["keras.wrappers.SKLearnClassifier", "keras.wrappers.SKLearnRegressor", "keras.wrappers.SKLearnTransformer"],
    reason: "makes estimators for scikit-learn, which is a Python library",
    instead: "Use model.fit, model.evaluate and model.predict.",
  },
  {
    names: ["keras.callbacks.OrbaxCheckpoint"],
    reason: "writes checkpoints of Orbax, a library of JAX",
    instead: "Use keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore or tf.train.Checkpoint.",
  },
  {
    names: ["keras.legacy.saving.serializeKerasObject", "keras.legacy.saving.deserializeKerasObject"],
    reason: "writes and reads configs of Keras 2",
    instead: "Use keras.saving.serializeKerasObject; keras.models.loadModel reads files of Keras 2.",
  },
  {
    names: ["keras.optimizers.legacy.Adagrad"],
    reason: "stands for the optimizers of Keras 2, and only throws in Keras 3",
    instead: "Use the optimizer of the same name in keras.optimizers.",
  },
  {
    names: ["keras.config.setBackend"],
    reason: "chooses among TensorFlow, JAX and torch; there is one backend here",
    instead: "Leave it out; tf.config.set chooses threads and determinism.",
  },
  {
    names: ["tf.savedModel.save", "tf.savedModel.load", "tf.savedModel.contains"],
    reason: "reads and writes graphs of TensorFlow's own operations, which only its run time understands",
    instead:
      "Save a model as .keras (model.save, keras.models.loadModel), a tf.Module by tf.train.Checkpoint, or export ONNX (model.export).",
  },
  {
    names: ["tf.lite.TFLiteConverter", "tf.lite.Interpreter"],
    reason: "makes and runs files of TensorFlow Lite",
    instead: "Export ONNX (model.export), or save the model as .keras.",
  },
  {
    names: [
      "tf.Graph",
      "tf.compat.v1.Session",
      "tf.compat.v1.placeholder",
      "tf.compat.v1.globalVariablesInitializer",
      "tf.compat.v1.getVariable",
    ],
    reason: "stands for TensorFlow 1's graphs and sessions",
    instead: "Operations run at once; tf.function makes a program of a function.",
  },
  {
    names: ["Estimator", "LinearClassifier", "LinearRegressor", "DNNClassifier", "DNNRegressor"].map((name) => `tf.estimator.${name}`),
    reason: "trains without Keras, which TensorFlow itself has given up",
    instead: "Use a keras.Model: compile, fit, evaluate, predict.",
  },
  {
    names: [
      "numericColumn",
      "bucketizedColumn",
      "categoricalColumnWithVocabularyList",
      "categoricalColumnWithHashBucket",
      "crossedColumn",
      "embeddingColumn",
      "indicatorColumn",
    ].map((name) => `tf.featureColumn.${name}`),
    reason: "prepares tables for estimators, which TensorFlow itself has given up",
    instead: "Use keras.utils.FeatureSpace, or layers such as Normalization, Discretization and StringLookup.",
  },
  {
    names: ["tf.queue.FIFOQueue", "tf.queue.RandomShuffleQueue"],
    reason: "is how TensorFlow 1's threads hand data on",
    instead: "Use tf.data.Dataset with prefetch and shuffle.",
  },
  {
    names: [
      "tf.io.gfile.GFile",
      "tf.io.gfile.exists",
      "tf.io.gfile.glob",
      "tf.io.gfile.listdir",
      "tf.io.gfile.makedirs",
      "tf.io.gfile.rmtree",
    ],
    reason: "is TensorFlow's way to files, which JavaScript has its own for",
    instead: "Use node:fs; tf.io.readFile, tf.io.writeFile and tf.data.Dataset.listFiles read, write and list files.",
  },
];

/** A class or function for a name that makes no sense here: calling it, with or without `new`, throws. */
export function notHere(name: string): { new (...args: unknown[]): never; (...args: unknown[]): never } {
  const { reason, instead } = absent.find(({ names }) => names.includes(name))!;
  return function (): never {
    throw new NotSupportedError(name, { given: `a name that ${reason}`, expected: "something that JavaScript has", hint: instead });
  } as never;
}
