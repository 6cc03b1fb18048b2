import { isPlainObject } from "../../config/index.js";
import { ArgumentError, didYouMean, text } from "../../core/errors.js";
import type { Callback } from "../../callbacks/callback.js";
import type { CallbackList } from "../../callbacks/callback-list.js";
import type { Optimizer } from "../../optimizers/index.js";
import type { Identifier, Schema } from "../../config/index.js";
import type { Losses, LossWeights } from "./compile-loss.js";
import type { Metrics } from "./compile-metrics.js";
import type { BatchesLike, DataLike } from "./batches.js";

/** What `compile` takes. */
export interface CompileOptions {
  /** A name, an object or a config. Default: "rmsprop". */
  optimizer?: Identifier<Optimizer<Schema>>;
  loss?: Losses;
  lossWeights?: LossWeights | null;
  metrics?: Metrics;
  weightedMetrics?: Metrics;
  /** Whether steps run operation by operation, to look inside. Default: false. */
  runEagerly?: boolean;
  /** Batches that one call of the compiled step takes. Default: 1. */
  stepsPerExecution?: number;
  /** Has no effect here: steps are compiled anyway. */
  jitCompile?: boolean | "auto";
  autoScaleLoss?: boolean;
}

export type Verbose = "auto" | 0 | 1 | 2 | boolean;

/** What `evaluate` and `predict` take, and `fit` too. */
export interface RunOptions {
  /** Default: 32. */
  batchSize?: number | null;
  /** 0: silent, 1: a progress bar, 2: a line for each epoch. Default: "auto", which is 1. */
  verbose?: Verbose;
  callbacks?: readonly Callback[] | CallbackList;
}

/** What `fit` takes beside data. */
export interface FitOptions extends RunOptions {
  /** Default: 1. */
  epochs?: number;
  /** The part of the data, its last samples, that is kept for validation. Default: 0. */
  validationSplit?: number;
  /** `[x, y]`, `[x, y, sampleWeight]`, or what gives batches. */
  validationData?: readonly DataLike[] | BatchesLike | null;
  /** Default: true. */
  shuffle?: boolean | "batch";
  /** Weights by index of the class. */
  classWeight?: Readonly<Record<number, number>> | null;
  /** Weights of the samples. */
  sampleWeight?: DataLike;
  /** The number of the first epoch, where training goes on. Default: 0. */
  initialEpoch?: number;
  stepsPerEpoch?: number | null;
  validationSteps?: number | null;
  validationBatchSize?: number | null;
  /** After how many epochs, or after which ones, there is a validation. Default: 1. */
  validationFreq?: number | readonly number[];
}

/** What `evaluate` takes beside data. */
export interface EvaluateOptions extends RunOptions {
  sampleWeight?: DataLike;
  steps?: number | null;
  /** Whether the answer is a record by names. Default: false. */
  returnDict?: boolean;
}

/** What `predict` takes beside data. */
export interface PredictOptions extends RunOptions {
  steps?: number | null;
}

/** What `trainOnBatch` and `testOnBatch` take beside data. */
export interface OnBatchOptions {
  sampleWeight?: DataLike;
  classWeight?: Readonly<Record<number, number>> | null;
  returnDict?: boolean;
}

const known = {
  compile: ["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics", "runEagerly", "stepsPerExecution", "jitCompile", "autoScaleLoss"],
  fit: ["batchSize", "verbose", "callbacks", "epochs", "validationSplit", "validationData", "shuffle", "classWeight", "sampleWeight", "initialEpoch", "stepsPerEpoch", "validationSteps", "validationBatchSize", "validationFreq"],
  evaluate: ["batchSize", "verbose", "callbacks", "sampleWeight", "steps", "returnDict"],
  predict: ["batchSize", "verbose", "callbacks", "steps"],
  trainOnBatch: ["sampleWeight", "classWeight", "returnDict"],
  testOnBatch: ["sampleWeight", "returnDict"],
} as const satisfies Record<string, readonly string[]>; // prettier-ignore

export type Method = keyof typeof known;

/** @throws ArgumentError for an option that the method does not know */
export function checkOptions(method: Method, options: unknown): void {
  if (!isPlainObject(options)) throw new ArgumentError(method, { given: text(options), expected: "an options object" });
  const unknown = Object.keys(options).find((key) => !(known[method] as readonly string[]).includes(key));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known[method]);
  throw new ArgumentError(method, {
    given: `the unknown option ${text(unknown)}`,
    expected: `options among ${known[method].join(", ")}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Whether a value is options of a method rather than labels by name. */
export const areOptions = (method: Method, value: unknown): boolean =>
  isPlainObject(value) && Object.keys(value).every((key) => (known[method] as readonly string[]).includes(key));

/** @throws ArgumentError unless the value is a whole number of at least `least` */
export function checkWhole(where: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(where, { given: text(value), expected: least === 1 ? "a positive integer" : `an integer of at least ${least}` });
}

/** The verbosity that a user's word means. */
export const verbosity = (verbose: Verbose = "auto"): number => (verbose === "auto" ? 1 : Number(verbose));
