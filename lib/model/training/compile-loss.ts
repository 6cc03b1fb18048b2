import type { Schema } from "../../config/index.js";
import { isPlainObject } from "../../config/index.js";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import { Tensor } from "../../core/tensor.js";
import { isBranch } from "../../core/tree.js";
import { flatten, flattenWithPath } from "../../layers/functional/structure.js";
import type { Loss } from "../../losses/index.js";
import { Mean } from "../../metrics/index.js";
import { add, cast, multiply } from "../../ops/index.js";
import { isLabel, lossFor, type LossIdentifier, wantsIndices } from "./identify.js";
import { at, likePredictions, type Path } from "./outputs.js";

/** Losses of a model: one for all outputs, or one for each in an array, a record by names, or the structure of the outputs. */
export type Losses = LossIdentifier | null | readonly Losses[] | { readonly [name: string]: Losses };

/** Weights of losses, in the structure of the losses. */
export type LossWeights = number | readonly (number | null)[] | { readonly [name: string]: number | null };

/** The loss of one output. */
interface OutputLoss {
  /** How many classes the labels are indices of; null where they are no indices. */
  readonly classes: number | null;

  readonly path: Path;
  readonly loss: Loss<Schema>;
  readonly weight: number | null;
  readonly name: string;
}

/** What `compile` says of losses, applied to labels and predictions once their structure is known. */
export class CompiledLoss {
  readonly #given: Losses;
  readonly #weights: LossWeights | null;
  readonly #outputNames: readonly string[] | null;
  #losses: readonly OutputLoss[] | null = null;
  #trackers: readonly Mean[] = [];
  #isTrained: readonly boolean[] = [];

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

  /** The sum of all losses, or null where no output has one. */
  call(yTrue: unknown, yPred: unknown, sampleWeight: unknown): Tensor | null {
    const labels = likePredictions(yTrue, yPred, this.#outputNames, this.built ? this.#isTrained : undefined);
    this.#losses ??= this.#build(labels, yPred);
    let total: Tensor | null = null;
    this.#losses.forEach(({ path, loss, weight, name }, i) => {
      const [label, prediction] = [at(labels, path) as Tensor | null | undefined, at(yPred, path) as Tensor];
      if (label === null || label === undefined) throw new ValueError("y", { given: `no labels for the output ${name}`, expected: "labels for every output with a loss" }); // prettier-ignore
      const own = isBranch(sampleWeight) ? at(likePredictions(sampleWeight, yPred, this.#outputNames), path) : sampleWeight;
      const value = cast(loss(label, prediction, { sampleWeight: (own as Tensor | undefined) ?? null }), "float32");
      this.#trackers[i]?.updateState(value, { sampleWeight: prediction.shape[0] ?? 1 });
      const weighted = weight === null ? value : multiply(value, weight);
      total = total === null ? weighted : add(total, weighted);
    });
    return total;
  }

  /** Checks labels that are indices of classes. @throws ValueError for a label that is none */
  checkLabels(yTrue: unknown): void {
    for (const { classes, path, loss } of this.#losses ?? []) {
      const labels = path.length === 0 || !isBranch(yTrue) ? yTrue : at(yTrue, path);
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

  #build(yTrue: unknown, yPred: unknown): readonly OutputLoss[] {
    const outputs = flattenWithPath<Tensor>(yPred as Tensor);
    const found = this.#assign(outputs.map(({ path }) => path));
    this.#isTrained = outputs.map(({ path }) => found.some((each) => each.path === path));
    const made = found.map(({ path, given, weight }) => {
      const index = outputs.findIndex((output) => output.path === path);
      const loss = lossFor(given, at(yTrue, path) as Tensor, outputs[index]!.leaf);
      const classes = wantsIndices(loss) ? (outputs[index]!.leaf.shape.at(-1) ?? null) : null;
      return { path, loss, weight, classes, name: nameAt(path, this.#outputNames?.[index] ?? loss.name) };
    });
    this.#trackers = made.length > 1 ? made.map(({ name }) => new Mean({ name: `${name}_loss` })) : [];
    return made;
  }

  /** Which identifier and weight belong to which output. */
  #assign(paths: readonly Path[]): { path: Path; given: LossIdentifier; weight: number | null }[] {
    const given = this.#given;
    const weights = this.#weights;
    if (!isLossTree(given)) {
      if (isBranch(weights)) return this.#zip(paths, paths.map(() => given), this.#flatWeights(paths.length)); // prettier-ignore
      return this.#zip(paths, paths.map(() => given), paths.map(() => weights as number | null)); // prettier-ignore
    }
    if (Array.isArray(given) && paths.length === 1 && paths[0]!.length === 0) {
      return this.#zip(given.map(() => paths[0]!), given as readonly LossIdentifier[], this.#flatWeights(given.length)); // prettier-ignore
    }
    const leaves =
      Array.isArray(given) && given.every((each) => !isLossTree(each as Losses)) ? this.#byOrder(given, paths) : this.#byPath(given, paths);
    return this.#zip(paths, leaves, this.#weightsLike(paths));
  }

  #zip(paths: readonly Path[], given: readonly (Losses | undefined)[], weights: readonly (number | null)[]) {
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

  #flatWeights(count: number): (number | null)[] {
    if (this.#weights === null) return Array.from({ length: count }, () => null);
    const flat = flatten<number | null>(this.#weights);
    if (flat.length === count) return flat;
    throw new ArgumentError("compile.lossWeights", { given: `${flat.length} weights`, expected: `${count}, one for each loss` });
  }

  #weightsLike(paths: readonly Path[]): (number | null)[] {
    const weights = this.#weights;
    if (!isPlainObject(weights)) return this.#flatWeights(paths.length);
    return paths.map(
      (path, i) => (weights[this.#outputNames?.[i] ?? ""] ?? (at(weights, path) as number | null | undefined) ?? null) as number | null,
    );
  }
}

/** An output is called by its key where outputs are a record, else by the name of the layer that gives it. */
function nameAt(path: Path, outputName: string): string {
  if (path.length === 0) return outputName;
  return (typeof path.at(-1) === "number" ? [...path.slice(0, -1), outputName] : path).join("/");
}

/** Arrays and records hold losses, but a record with a class name is the config of one. */
function isLossTree(given: Losses): given is readonly Losses[] | { readonly [name: string]: Losses } {
  return Array.isArray(given) || (isPlainObject(given) && typeof given["class_name"] !== "string");
}
