// What the methods of training take beside data: each option declared once, with its type, default and check.

import { boolean, either, field, fraction, invalid, isPlainObject, list, nonNegativeInteger, nullable, oneOf } from "../../config/index.js";
import { type Field, type Identifier, type Options, positiveInteger, type Schema, schema, withDefault } from "../../config/index.js";
import type { Callback } from "../../callbacks/callback.js";
import { CallbackList } from "../../callbacks/callback-list.js";
import type { Optimizer } from "../../optimizers/index.js";
import type { BatchesLike, DataLike } from "./batches.js";
import type { ClassWeights } from "./class-weights.js";
import type { Losses, LossWeights } from "./compile-loss.js";
import type { Metrics } from "./compile-metrics.js";

/** A value that is looked at later, where its meaning is known. */
const taken = <T>(expected: string, fallback: T, takesObjects: boolean | "configs" = true): Field<T, T, false> =>
  withDefault(field<T>({ expected, takesObjects, parse: (value) => value as T }), fallback);

export const compileOptions = schema(["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics"], {
  /** A name, an object, a class or a config. Default: "rmsprop". */
  optimizer: taken<Identifier<Optimizer<Schema>>>("an optimizer: a name, an object, a class or a config", "rmsprop", "configs"),
  /** One loss for all outputs, or one for each, in an array or a record by names. */
  loss: taken<Losses>("a loss, or losses of the outputs", null),
  /** How much each loss counts, in the structure of the losses. */
  lossWeights: taken<LossWeights | null>("numbers in the structure of the losses", null),
  /** Metrics that count samples alike. */
  metrics: taken<Metrics>("an array of metrics, or a record by names of outputs", null),
  /** Metrics that take the weights of samples into account. */
  weightedMetrics: taken<Metrics>("an array of metrics, or a record by names of outputs", null),
  /** Whether steps run operation by operation, to look inside. Default: false. */
  runEagerly: boolean(false),
  /** Batches that one call of the compiled step takes. Default: 1. */
  stepsPerExecution: positiveInteger(1),
  /** Has no effect here: steps are compiled anyway. */
  jitCompile: oneOfBooleansAnd("auto"),
  /** Whether an optimizer that scales losses is put around one whose model computes in float16. Default: true. */
  autoScaleLoss: boolean(true),
});

/** What `compile` takes. */
export type CompileOptions = Options<typeof compileOptions>;

/** 0: silent, 1: a progress bar, 2: a line for each epoch; "auto" is 1. */
export type Verbose = "auto" | 0 | 1 | 2 | boolean;

function oneOfBooleansAnd<const T extends string>(word: T): Field<boolean | T, boolean | T, false> {
  return withDefault(either(boolean(), oneOf([word])) as Field<boolean | T, boolean | T>, word);
}

const verbose = withDefault(
  field<Verbose, number>({
    expected: '"auto", 0, 1 or 2',
    parse: (value) =>
      value === "auto" ? 1 : typeof value === "boolean" || value === 0 || value === 1 || value === 2 ? Number(value) : invalid,
  }),
  "auto",
);

type GivenCallbacks = Callback | readonly Callback[] | CallbackList | null;

/** Callbacks, in one array. */
const callbacks = withDefault(
  field<GivenCallbacks, readonly Callback[] | CallbackList>({
    expected: "an array of objects of keras.callbacks.Callback",
    parse(value) {
      if (value === null) return [];
      return Array.isArray(value) || value instanceof CallbackList ? (value as readonly Callback[] | CallbackList) : [value as Callback];
    },
  }),
  [],
);

const run = {
  /** Samples of a batch. Default: 32, or as many as `steps` asks for. */
  batchSize: nullable(positiveInteger()),
  /** 0: silent, 1: a progress bar, 2: a line for each epoch. Default: "auto", which is 1. */
  verbose,
  /** Told of what happens, in their order. */
  callbacks,
};

/** Among arguments by place a record is the options. */
const sampleWeight = taken<DataLike | undefined>("weights of the samples", undefined, false);

const classWeight = nullable(
  field<ClassWeights>({
    expected: "a record of weights by the index of the class",
    takesObjects: true,
    parse: (value) => (isPlainObject(value) ? (value as ClassWeights) : invalid),
  }),
);

/** After how many epochs, or after which ones. */
const frequency = withDefault(either(positiveInteger(), list(positiveInteger())), 1);

export const fitOptions = schema(["batchSize", "epochs", "verbose", "callbacks", "validationSplit"], {
  ...run,
  /** Default: 1. */
  epochs: nonNegativeInteger(1),
  /** The part of the data, its last samples, that is kept for validation. Default: 0. */
  validationSplit: fraction(0),
  /** `[x, y]`, `[x, y, sampleWeight]`, or what gives batches. */
  validationData: taken<readonly DataLike[] | BatchesLike | null>("[x, y], or what gives batches", null),
  /** Whether the samples come in a new order in each epoch; "batch" moves whole batches. Default: true. */
  shuffle: withDefault(either(boolean(), oneOf(["batch"])), true),
  /** How much samples of a class count in training, by the index of the class. */
  classWeight,
  /** How much each sample counts. */
  sampleWeight,
  /** The number of the first epoch, where training goes on. Default: 0. */
  initialEpoch: nonNegativeInteger(0),
  /** Batches of an epoch. Default: all of them. */
  stepsPerEpoch: nullable(positiveInteger()),
  /** Batches of a validation, each of which begins at the first one. Default: all of them. */
  validationSteps: nullable(positiveInteger()),
  /** Default: `batchSize`. */
  validationBatchSize: nullable(positiveInteger()),
  /** After how many epochs, or after which ones, there is a validation. Default: 1. */
  validationFreq: frequency,
  /** An AbortSignal: when it is aborted, training ends after the present step, and `fit` resolves with the history so far. */
  signal: nullable(
    field<AbortSignal>({
      expected: "an AbortSignal",
      takesObjects: true,
      parse: (value) => (value instanceof AbortSignal ? value : invalid),
    }),
  ),
});

/** What `fit` takes beside data. */
export type FitOptions = Options<typeof fitOptions>;

export const evaluateOptions = schema(["batchSize", "verbose", "sampleWeight", "steps", "callbacks"], {
  ...run,
  sampleWeight,
  /** Batches to look at. Default: all of them. */
  steps: nullable(positiveInteger()),
  /** Whether the answer is a record by names. Default: false. */
  returnDict: boolean(false),
});

/** What `evaluate` takes beside data. */
export type EvaluateOptions = Options<typeof evaluateOptions>;

export const predictOptions = schema(["batchSize", "verbose", "steps", "callbacks"], { ...run, steps: nullable(positiveInteger()) });

/** What `predict` takes beside data. */
export type PredictOptions = Options<typeof predictOptions>;

export const testOnBatchOptions = schema(["sampleWeight", "returnDict"], { sampleWeight, returnDict: boolean(false) });

/** What `testOnBatch` takes beside data. */
export type TestOnBatchOptions = Options<typeof testOnBatchOptions>;

export const trainOnBatchOptions = schema(["sampleWeight", "classWeight", "returnDict"], {
  sampleWeight,
  classWeight,
  returnDict: boolean(false),
});

/** What `trainOnBatch` takes beside data. */
export type TrainOnBatchOptions = Options<typeof trainOnBatchOptions>;

/** Whether a value is options of a method rather than labels by name. */
export const areOptions = ({ fields }: Schema, value: unknown): boolean =>
  isPlainObject(value) && Object.keys(value).every((key) => key in fields);
