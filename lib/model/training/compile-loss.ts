// The losses of a model, put together from all forms that `compile` takes.

import type { Schema } from "../../config/index.js";
import { isPlainObject } from "../../config/index.js";
import type { TensorLike } from "../../core/convert.js";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { Tensor } from "../../core/tensor.js";
import { at, isBranch, leaves, leavesWithPath, mapTree, type Path, type Tree } from "../../core/tree.js";
import type { Loss } from "../../losses/index.js";
import { wholeOfLoss } from "../../losses/reduction.js";
import { Mean } from "../../metrics/index.js";
import { add, cast, multiply } from "../../ops/index.js";
import { classAxis, isLabel, lossFor, type LossIdentifier, wantsIndices } from "./identify.js";
import { likePredictions, nameAt } from "./outputs.js";

/** Losses of a model: one for all outputs, or one for each in an array, a record by names, or the structure of the outputs. */
export type Losses = LossIdentifier | null | readonly Losses[] | { readonly [name: string]: Losses };

/** How much a loss counts: a number, or a variable, which the compiled step reads whenever it runs. */
export type LossWeight = number | TensorLike | null;

/** Weights of losses, in the structure of the losses. */
export type LossWeights = LossWeight | readonly LossWeight[] | { readonly [name: string]: LossWeight };

/** Which output a loss is for. */
interface Assigned {
  readonly path: Path;
  readonly given: LossIdentifier;
  readonly weight: LossWeight;
}

/** The loss of one output. */
interface OutputLoss {
  readonly path: Path;
  readonly loss: Loss<Schema>;
  readonly weight: LossWeight;
  readonly name: string;
  /** How many classes the labels are indices of; null where they are no indices. */
  readonly classes: number | null;
}

/** What `compile` says of losses, applied to labels and predictions once their structure is known. */
export class CompiledLoss {
  readonly #given: Losses;
  readonly #weights: LossWeights | null;
  readonly #outputNames: readonly string[] | null;
  #assigned: readonly Assigned[] | null = null;
  #losses: readonly OutputLoss[] | null = null;
  #trackers: readonly Mean[] = [];
  /** For each output, whether it has a loss. */
  #isTrained: readonly boolean[] = [];
  /** The structure of the predictions, without them. */
  #outputs: unknown = null;

  constructor(given: Losses, weights: LossWeights | null, outputNames: readonly string[] | null) {
    this.#given = given;
    this.#weights = weights;
    this.#outputNames = outputNames;
  }

  get built(): boolean {
    return this.#losses !== null;
  }

  /** The mean of each loss, where there are several. */
  get metrics(): readonly Mean[] {
    return this.#trackers;
  }

  /** Whether labels are indices of classes one by one: what the only loss says of itself. */
  get takesIndices(): boolean {
    const losses = this.#losses?.map(({ loss }) => loss) ?? [this.#given];
    return losses.length === 1 && wantsIndices(losses[0]);
  }

  /** Labels in the structure of the predictions: they may be there for those outputs alone that have a loss. */
  labelsLike(yTrue: unknown, yPred: unknown): unknown {
    this.#assign(yPred);
    return likePredictions(yTrue, yPred, this.#outputNames, this.#isTrained);
  }

  /** The sum of all losses, or null where no output has one. */
  call(yTrue: unknown, yPred: unknown, sampleWeight: unknown): Tensor | null {
    const labels = this.labelsLike(yTrue, yPred);
    this.#losses ??= this.#build(labels, yPred);
    const weights = weightsOf(sampleWeight, yPred, this.#outputNames, this.#isTrained);
    let total: Tensor | null = null;
    this.#losses.forEach(({ path, loss, weight, name }, i) => {
      const [label, prediction] = [at(labels, path) as Tensor | null | undefined, at(yPred, path) as Tensor];
      if (label === null || label === undefined) throw noLabels(name);
      const value = cast(loss(label, prediction, { sampleWeight: weights(path) }), "float32");
      this.#trackers[i]?.updateState(wholeOfLoss(value), { sampleWeight: prediction.shape[0] ?? 1 });
      const weighted = weight === null ? value : multiply(value, weight);
      total = total === null ? weighted : add(total, weighted);
    });
    return total;
  }

  /** Checks labels that are indices of classes. @throws ValueError for a label that is none */
  checkLabels(yTrue: unknown): void {
    if (!this.#losses?.some(({ classes }) => classes !== null)) return;
    const aligned = this.labelsLike(yTrue, this.#outputs);
    for (const { classes, path, loss } of this.#losses) {
      const labels = at(aligned, path);
      if (classes === null || !(labels instanceof Tensor) || labels.isSymbolic) continue;
      const values = labels.view();
      for (let i = 0; i < values.length; i++) {
        if (isLabel(loss, values[i]!, classes)) continue;
        throw new ValueError("y", {
          given: `the label ${values[i]} (number ${i} of the batch)`,
          expected: `indices of classes, from 0 to ${classes - 1}`,
          hint: "The model's last axis has one number for each class.",
        });
      }
    }
  }

  #assign(yPred: unknown): readonly Assigned[] {
    if (this.#assigned) return this.#assigned;
    const paths = leavesWithPath(yPred).map(({ path }) => path);
    const found = this.#assignTo(paths);
    this.#isTrained = paths.map((path) => found.some((each) => each.path === path));
    return (this.#assigned = found);
  }

  #build(yTrue: unknown, yPred: unknown): readonly OutputLoss[] {
    const outputs = leavesWithPath<Tensor>(yPred as Tensor);
    const made = this.#assign(yPred).map(({ path, given, weight }) => {
      const index = outputs.findIndex((output) => samePath(output.path, path));
      const name = nameAt(path, this.#outputNames?.[index] ?? `output_${index}`);
      const label = at(yTrue, path);
      if (label === null || label === undefined) throw noLabels(name);
      const loss = lossFor(given, label as Tensor, outputs[index]!.leaf);
      const classes = wantsIndices(loss) ? (outputs[index]!.leaf.shape.at(classAxis(loss)) ?? null) : null;
      return { path, loss, weight, classes, name: this.#outputNames === null && path.length === 0 ? loss.name : name };
    });
    this.#outputs = mapTree(yPred as Tree<unknown>, () => null);
    this.#trackers = made.length > 1 ? made.map(({ name }) => new Mean({ name: `${name}_loss` })) : [];
    return made;
  }

  /** Which identifier and weight belong to which output. */
  #assignTo(paths: readonly Path[]): Assigned[] {
    const given = this.#given;
    const weights = this.#weights;
    if (!isLossTree(given)) {
      if (isBranch(weights)) return this.#zip(paths, paths.map(() => given), this.#flatWeights(paths.length)); // prettier-ignore
      return this.#zip(paths, paths.map(() => given), paths.map(() => weights as LossWeight)); // prettier-ignore
    }
    if (Array.isArray(given) && paths.length === 1 && paths[0]!.length === 0) {
      return this.#zip(given.map(() => paths[0]!), given as readonly LossIdentifier[], this.#flatWeights(given.length)); // prettier-ignore
    }
    const leaves =
      Array.isArray(given) && given.every((each) => !isLossTree(each as Losses)) ? this.#byOrder(given, paths) : this.#byPath(given, paths);
    return this.#zip(paths, leaves, this.#weightsLike(paths));
  }

  #zip(paths: readonly Path[], given: readonly (Losses | undefined)[], weights: readonly LossWeight[]): Assigned[] {
    return paths.flatMap((path, i) => {
      const loss = given[i];
      return loss === null || loss === undefined ? [] : [{ path, given: loss as LossIdentifier, weight: weights[i] ?? null }];
    });
  }

  #byOrder(given: readonly Losses[], paths: readonly Path[]): readonly Losses[] {
    if (given.length === paths.length) return given;
    throw new ArgumentError("compile.loss", { given: `${given.length} losses`, expected: `${paths.length}, one for each output` });
  }

  /** Losses in the structure of the outputs, or by names of outputs. */
  #byPath(given: Losses, paths: readonly Path[]): (Losses | undefined)[] {
    const names = this.#outputNames;
    if (isPlainObject(given)) {
      const isNamed = (key: string) => names?.includes(key) ?? false;
      const keys = Object.keys(given);
      const tops = new Set(paths.map(([top]) => top));
      const unknown = keys.find((key) => !isNamed(key) && !tops.has(key));
      if (unknown !== undefined) {
        throw new ArgumentError("compile.loss", {
          given: `a loss for ${text(unknown)}`,
          expected: `names of outputs: ${[...(names ?? [...tops].map(String))].join(", ")}`,
        });
      }
      if (!keys.every((key) => tops.has(key))) return paths.map((_, i) => (given as Record<string, Losses>)[names![i]!]);
    }
    return paths.map((path) =>
      path.reduce<Losses | undefined>((loss, key) => (isLossTree(loss!) ? (loss as Record<string | number, Losses>)[key] : loss), given),
    );
  }

  #flatWeights(count: number): LossWeight[] {
    if (this.#weights === null) return Array.from({ length: count }, () => null);
    const flat = leaves<LossWeight>(this.#weights);
    if (flat.length === count) return flat;
    throw new ArgumentError("compile.lossWeights", { given: `${flat.length} weights`, expected: `${count}, one for each loss` });
  }

  #weightsLike(paths: readonly Path[]): LossWeight[] {
    const weights = this.#weights;
    if (!isPlainObject(weights)) return this.#flatWeights(paths.length);
    return paths.map(
      (path, i) => (weights[this.#outputNames?.[i] ?? ""] ?? (at(weights, path) as LossWeight | undefined) ?? null) as LossWeight,
    );
  }
}

const noLabels = (name: string): ValueError =>
  new ValueError("y", { given: `no labels for the output ${name}`, expected: "labels for every output with a loss" });

const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((key, i) => key === b[i]);

/** The weights of samples for the output at a path: weights in the structure of the outputs, or one for all. */
export function weightsOf(
  sampleWeight: unknown,
  yPred: unknown,
  outputNames: readonly string[] | null,
  isTrained: readonly boolean[],
): (path: Path) => Tensor | null {
  if (sampleWeight === null || sampleWeight === undefined) return () => null;
  const given = leaves<Tensor | null>(sampleWeight);
  if (!isBranch(yPred) || given.length === 1) return () => given[0]!;
  const aligned = likePredictions(sampleWeight, yPred, outputNames, isTrained, "weights");
  return (path) => (at(aligned, path) as Tensor | null | undefined) ?? null;
}

/** Arrays and records hold losses, but a record with a class name is the config of one. */
function isLossTree(given: Losses): given is readonly Losses[] | { readonly [name: string]: Losses } {
  return Array.isArray(given) || (isPlainObject(given) && typeof given["class_name"] !== "string");
}
