// A dataset as a function that each process calls for itself, for fit, evaluate and predict.

import { checkFunction } from "../core/options.js";
import { ArgumentError, text } from "../core/errors.js";
import { Dataset } from "../data/dataset.js";
import { checkInputOptions, type DistributeOptions, InputContext } from "./dataset.js";
import { divided, type Divided, type Parts } from "./divided.js";
import type { Strategy } from "./strategy.js";

/**
 * Data for `fit`, `evaluate` and `predict` as a function: every process (with a mode of InputOptions every replica) calls it with an
 * InputContext, and it makes the dataset, in batches of one replica. How many steps there are has to be said (`stepsPerEpoch`, `steps`).
 * Keras 2: tf.keras.utils.experimental.DatasetCreator
 *
 * ```ts
 * const creator = new keras.utils.experimental.DatasetCreator((context) =>
 *   tf.data.Dataset.range(64).batch(context.getPerReplicaBatchSize(8)).shard(context.numInputPipelines, context.inputPipelineId),
 * );
 * ```
 */
export class DatasetCreator<T = unknown> implements Divided {
  readonly isEndless = true;
  readonly inputOptions: DistributeOptions | null;

  /** @throws ArgumentError for what is no function, and options that are none */
  constructor(
    readonly datasetFn: (context: InputContext) => Dataset<T>,
    given: DistributeOptions | { readonly inputOptions?: DistributeOptions | null } | null = null,
  ) {
    const where = "DatasetCreator";
    checkFunction(`${where}.datasetFn`, datasetFn);
    const options = given !== null && "inputOptions" in given ? (given.inputOptions ?? null) : (given as DistributeOptions | null);
    this.inputOptions = options === null ? null : checkInputOptions(`${where}.inputOptions`, options);
  }

  /** The dataset of one process. @throws ArgumentError where the function gives something else */
  dataset(context: InputContext): Dataset<T> {
    const dataset: unknown = this.datasetFn(context);
    if (dataset instanceof Dataset) return dataset as Dataset<T>;
    throw new ArgumentError("DatasetCreator.datasetFn", { given: text(dataset), expected: "a function that gives a Dataset" });
  }

  /** @internal */
  [divided](strategy: Strategy | null): Parts | Dataset<unknown> {
    if (strategy === null) return this.dataset(new InputContext()) as unknown as Dataset<unknown>;
    return strategy.distributeDatasetsFromFunction((context) => this.dataset(context), this.inputOptions);
  }

  /** The batches of a process that is alone. */
  [Symbol.iterator](): Iterator<T> {
    return this.dataset(new InputContext())[Symbol.iterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.dataset(new InputContext())[Symbol.asyncIterator]();
  }
}
