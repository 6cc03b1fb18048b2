// The layer Discretization: numbers as bins, whose boundaries it can learn.

import {
  type Config,
  dtypePolicy,
  list,
  nonNegativeInteger,
  nullable,
  number,
  oneOf,
  positiveNumber,
  registerClasses,
  unwritten,
  boolean,
} from "../../config/index.js";
import { ArgumentError, StateError, ValueError } from "../../core/errors.js";
import type { Dtype } from "../../core/dtype.js";
import type { Tensor } from "../../core/tensor.js";
import { cast, expandDims, less, logicalNot, sum } from "../../ops/index.js";
import { isInferring } from "../base/context.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { type Adapted, type AdaptData, type AdaptOptions, forEachBatch, numbersOf } from "./adapting.js";
import { checkSparse, encode, inItsForm } from "./encoding.js";
import { binBoundaries, emptySummary, mergeSummaries, summarize, type Summary } from "./quantiles.js";
import { Learned } from "./learned.js";

/**
 * Numbers as the bins they fall into: bin i holds the numbers from boundary i − 1 (included) to boundary i. The boundaries are given
 * (`binBoundaries`), or learned by `adapt` so that `numBins` bins hold equally many.
 *
 * "int" gives int32 of the shape of the input; "one_hot", "multi_hot" and "count" encode it as CategoryEncoding does. Keras:
 * keras.layers.Discretization
 *
 * ```ts
 * new keras.layers.Discretization({ binBoundaries: [0, 1, 2] })([-0.5, 0.5, 7]); // [0, 1, 3]
 * ```
 */
export class Discretization extends Layer<typeof Discretization.options> {
  static override readonly options = layerOptions.extend(["binBoundaries", "numBins", "epsilon", "outputMode", "sparse"], {
    binBoundaries: nullable(list(number())),
    numBins: nullable(nonNegativeInteger()),
    epsilon: positiveNumber(0.01),
    outputMode: oneOf(["int", "one_hot", "multi_hot", "count"], "int"),
    sparse: boolean(false),
    dtype: dtypePolicy("string"),
    trainable: unwritten(boolean(true)),
  });

  /** The boundaries that `adapt` learned, with the summary that they come from. */
  readonly learned = new Learned<readonly number[]>();
  #summary: Summary = emptySummary;

  constructor(...given: ConstructorParameters<typeof Layer<typeof Discretization.options>>) {
    super(...given);
    checkSparse(this);
    const { numBins, binBoundaries, epsilon } = this.options;
    if (epsilon >= 1) throw new ValueError(`${this.name}.epsilon`, { given: String(epsilon), expected: "a number above 0 and below 1" });
    const falls = binBoundaries?.findIndex((each, i) => i > 0 && each < binBoundaries[i - 1]!) ?? -1;
    if (falls >= 0) {
      const given = `${binBoundaries![falls]} after ${binBoundaries![falls - 1]}`;
      throw new ValueError(`${this.name}.binBoundaries`, { given, expected: "boundaries in ascending order" });
    }
    if ((numBins === null) !== (binBoundaries === null)) return;
    throw new ArgumentError(this.name, {
      given: numBins === null ? "neither binBoundaries nor numBins" : "both binBoundaries and numBins",
      expected: "one of them",
    });
  }

  /** The boundaries in use; null before `adapt`. */
  get binBoundaries(): readonly number[] | null {
    return this.options.binBoundaries ?? this.learned.value;
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(x: Tensor): Tensor {
    const { numBins } = this.options;
    // A model may be made before its layers learn: how many boundaries there will be is known.
    const boundaries = this.binBoundaries ?? (isInferring() && numBins ? Array<number>(numBins - 1).fill(0) : null);
    if (boundaries === null) {
      throw new StateError(this.name, {
        given: "a call before the boundaries are known",
        expected: "binBoundaries, or a call of adapt first",
      });
    }
    const { outputMode } = this.options;
    // What is below no boundary, NaN among it, is in the last bin.
    const bins =
      boundaries.length === 0
        ? cast(less(x, -Infinity), "int32")
        : sum(cast(logicalNot(less(expandDims(cast(x, "float32"), -1), [...boundaries])), "int32"), { axis: -1 });
    return inItsForm(this, encode(bins, { mode: outputMode, depth: boundaries.length + 1, dtype: this.outputDtype }));
  }

  /** The dtype of what the layer gives: int32 for numbers of bins, else that of the policy. */
  get outputDtype(): Dtype {
    return this.options.outputMode === "int" ? "int32" : this.computeDtype;
  }

  /** Learns boundaries from data: one tensor, or a Dataset or iterable of batches, of which only a summary is kept. */
  adapt(data: AdaptData, options: AdaptOptions = {}): Adapted {
    const { numBins, epsilon } = this.options;
    if (numBins === null) {
      throw new ArgumentError(`${this.name}.adapt`, {
        given: "a layer with binBoundaries",
        expected: "one with numBins, which learns them",
      });
    }
    const where = `${this.name}.adapt`;
    if (numBins === 0) throw new ValueError(where, { given: "a layer with numBins 0", expected: "at least one bin" });
    return forEachBatch(where, data, options, {
      begin: () => (this.#summary = emptySummary),
      update: (batch) => {
        const values = numbersOf(batch).view();
        const wrong = values.find((each) => !Number.isFinite(each));
        if (wrong !== undefined) {
          const hint = "Leave out or fill in what is missing first.";
          throw new ValueError(where, { given: `data with ${wrong}`, expected: "finite numbers", hint });
        }
        this.#summary = mergeSummaries(summarize(values, epsilon), this.#summary, epsilon);
      },
      finish: () => {
        if (this.#summary.values.length === 0) throw new ValueError(where, { given: "no numbers", expected: "at least one" });
        this.learned.value = binBoundaries(this.#summary, numBins);
      },
    });
  }

  override getConfig(): ReturnType<Layer["getConfig"]> {
    return { ...super.getConfig(), bin_boundaries: this.binBoundaries as number[] | null };
  }

  /** A config with both holds what was learned. */
  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config): T {
    const { bin_boundaries: boundaries, ...rest } = config;
    const isLearned = boundaries != null && rest["num_bins"] != null;
    const layer = Layer.fromConfig.call(this as never, isLearned ? rest : config) as Discretization;
    if (isLearned) layer.learned.value = list(number()).parse(boundaries, "Discretization.bin_boundaries");
    return layer as T;
  }
}

export interface Discretization extends LayerAttributes<typeof Discretization.options, "binBoundaries"> {}

registerClasses("keras.layers", { Discretization });
