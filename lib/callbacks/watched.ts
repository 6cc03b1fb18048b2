// What callbacks see of the model that they watch: an interface, so that they know nothing of the training loop.

import type { Schema } from "../config/index.js";
import type { Tensor } from "../core/tensor.js";
import type { Metric } from "../metrics/index.js";
import type { GraphNode } from "../formats/tfevents.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Variable } from "../variables/variable.js";

/** What backs a model up in Keras's files: a model gives it by this name, apart from what users call. */
export const backup: unique symbol = Symbol("backup");

/** How a model is backed up in Keras's files. */
export interface Backup {
  /** Weights and variables of the optimizer: what these files have a place for. */
  variables(): ReadonlySet<Variable>;
  /** Writes them, and the bytes that hold the rest. */
  write(path: string, rest: Uint8Array): Promise<void>;
  /** Gives the rest to `take`, and takes over the others, all after they were checked. @returns whether there is a file */
  read(path: string, take: (rest: Uint8Array) => void): Promise<boolean>;
}

/** A model as callbacks see it. Every `keras.Model` is one. */
export interface WatchedModel {
  readonly name: string;
  /** Set to true, it ends training after the present batch. */
  stopTraining: boolean;
  /** Set to true, it ends the present evaluation, or prediction. */
  stopEvaluating: boolean;
  stopPredicting: boolean;
  /** Set when training begins, it makes training go on with a later epoch. */
  initialEpoch: number | null;
  readonly optimizer: Optimizer<Schema>;
  readonly metrics: readonly Metric[];
  readonly layers: readonly { readonly name: string; readonly weights: readonly Variable[] }[];
  /** Gives the table of layers to `printFn`. */
  summary(options: { readonly printFn: (text: string) => void; readonly lineLength?: number }): void;
  /** The model without its weights, as JSON. */
  toJson(): string;
  /** Which layers and operations get their inputs from which; null for a model of one's own. */
  describeGraph(): readonly GraphNode[] | null;
  getWeights(): ReturnType<Tensor["data"]>[];
  setWeights(weights: ReturnType<Tensor["data"]>[]): void;
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
  [backup](): Promise<Backup>;
}
