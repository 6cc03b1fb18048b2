// The metrics of a model, put together from all forms that `compile` takes.

import { isPlainObject, type Json, type Schema } from "../../config/index.js";
import { ArgumentError, StateError, text, ValueError } from "../../core/errors.js";
import type { TensorLike } from "../../core/convert.js";
import type { Tensor } from "../../core/tensor.js";
import { at, isBranch, leaves, leavesWithPath, type Path } from "../../core/tree.js";
import { Metric } from "../../metrics/index.js";
import type { Variable } from "../../variables/variable.js";
import { weightsOf } from "./compile-loss.js";
import { metricFor, type MetricIdentifier } from "./identify.js";

/** Metrics of a model: for its only output, or for each output in an array, or a record by names of outputs. */
export type Metrics = MetricIdentifier | null | readonly Metrics[] | { readonly [name: string]: Metrics };

/** The metrics of one output. */
interface OutputMetrics {
  readonly path: Path;
  /** The output's name where there are several. */
  readonly prefix: string | null;
  readonly metrics: readonly Metric<Schema>[];
}

/** Weights of samples, in the structure of the outputs. */
type Weights = TensorLike | null | undefined | readonly unknown[] | { readonly [name: string]: unknown };

/**
 * What `compile` says of metrics, applied to labels and predictions once their structure is known. It is one metric of the model, named
 * "compile_metrics", whose result is a record: so a step of one's own may go through `model.metrics` as Keras's guide does.
 */
export class CompiledMetrics extends Metric {
  readonly #given: { readonly plain: Metrics; readonly weighted: Metrics };
  readonly #outputNames: readonly string[] | null;
  readonly #labelsLike: (yTrue: unknown, yPred: unknown) => unknown;
  #plain: readonly OutputMetrics[] | null = null;
  #weighted: readonly OutputMetrics[] = [];

  /** @param labelsLike  brings labels into the structure of predictions */
  constructor(
    plain: Metrics,
    weighted: Metrics,
    outputNames: readonly string[] | null,
    labelsLike: (yTrue: unknown, yPred: unknown) => unknown,
  ) {
    super({ name: "compile_metrics" });
    for (const [name, given] of Object.entries({ metrics: plain, weightedMetrics: weighted })) {
      if (given === null || Array.isArray(given) || isMetricRecord(given)) continue;
      throw new ArgumentError(`compile.${name}`, { given: text(given), expected: "an array of metrics, or a record by names of outputs" });
    }
    this.#given = { plain, weighted };
    this.#outputNames = outputNames;
    this.#labelsLike = labelsLike;
  }

  get built(): boolean {
    return this.#plain !== null;
  }

  /** The single metrics. */
  get metrics(): readonly Metric<Schema>[] {
    return [...(this.#plain ?? []), ...this.#weighted].flatMap(({ metrics }) => metrics);
  }

  override get variables(): readonly Variable[] {
    return this.metrics.flatMap((metric) => metric.variables);
  }

  override resetState(): void {
    for (const metric of this.metrics) metric.resetState();
  }

  /** Takes in a batch. */
  override updateState(yTrue: unknown, yPred: unknown, { sampleWeight = null }: { readonly sampleWeight?: Weights } = {}): void {
    const labels = this.#labelsLike(yTrue, yPred);
    if (this.#plain === null) {
      this.#plain = this.#build("metrics", this.#given.plain, labels, yPred);
      this.#weighted = this.#build("weightedMetrics", this.#given.weighted, labels, yPred);
    }
    const outputs = leavesWithPath(yPred);
    const hasLabels = outputs.map(({ path }) => (at(labels, path) ?? null) !== null);
    const weights = weightsOf(sampleWeight, yPred, this.#outputNames, hasLabels);
    const update = (own: readonly OutputMetrics[], weighted: boolean): void => {
      for (const { path, prefix, metrics } of own) {
        const label = at(labels, path) ?? null;
        if (label === null) throw noLabels(prefix);
        const weight = weighted ? weights(path) : null;
        const args = [label, at(yPred, path), ...(weight === null ? [] : [{ sampleWeight: weight }])];
        for (const metric of metrics) (metric.updateState as (...args: unknown[]) => void).apply(metric, args);
      }
    };
    update(this.#plain, false);
    update(this.#weighted, true);
  }

  /** Stands in no config: what `compile` was given does. */
  override getConfig(): Record<string, Json> {
    throw new StateError("compile_metrics", { given: "a question for its config", expected: "model.getCompileConfig()" });
  }

  /** All results by name; a name that occurs twice gets a number, a weighted metric of the same name the prefix `weighted_`. */
  override result(): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    const counts = new Map<string, number>();
    const put = (name: string, metric: Metric<Schema>): void => {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      results[count === 0 ? name : `${name}_${count}`] = metric.result() as Tensor;
    };
    for (const { prefix, metrics } of this.#plain ?? []) for (const metric of metrics) put(prefixed(prefix, metric.name), metric);
    for (const { prefix, metrics } of this.#weighted) {
      for (const metric of metrics) {
        const name = prefixed(prefix, metric.name);
        put(counts.has(name) ? prefixed(prefix, `weighted_${metric.name}`) : name, metric);
      }
    }
    return results;
  }

  #build(argument: string, given: Metrics, yTrue: unknown, yPred: unknown): OutputMetrics[] {
    const outputs = leavesWithPath<Tensor>(yPred as Tensor);
    if (given === null || leaves(given).length === 0) return [];
    const names = outputs.map(({ path }, i) => outputName(path, this.#outputNames?.[i]));
    const own = outputs.length === 1 ? [given] : this.#assign(argument, given, outputs.map(({ path }) => path), names); // prettier-ignore
    return outputs.flatMap(({ path, leaf }, i) => {
      const identifiers = listOf(own[i] ?? null);
      if (identifiers.length === 0) return [];
      const label = (at(yTrue, path) ?? null) as Tensor | null;
      if (label === null) throw noLabels(outputs.length === 1 ? null : names[i]!);
      const metrics = identifiers.map((identifier) => metricFor(identifier, label, leaf));
      return [{ path, prefix: outputs.length === 1 ? null : names[i]!, metrics }];
    });
  }

  /** Which metrics belong to which output. */
  #assign(argument: string, given: Metrics, paths: readonly Path[], names: readonly (string | null)[]): (Metrics | undefined)[] {
    if (Array.isArray(given) && given.length === paths.length) return given as Metrics[];
    if (isMetricRecord(given) && Object.keys(given).every((key) => names.includes(key))) return names.map((name) => given[name!]);
    const byPath = paths.map((path) => at(given, path) as Metrics | undefined);
    if (byPath.some((own) => own !== undefined) && !Array.isArray(given)) return byPath;
    throw new ArgumentError(`compile.${argument}`, {
      given: text(given),
      expected: `an array of ${paths.length}, one item for each output, or a record by the names of outputs: ${names.join(", ")}`,
    });
  }
}

const noLabels = (output: string | null): ValueError =>
  new ValueError("y", {
    given: output === null ? "no labels" : `no labels for the output ${output}`,
    expected: "labels for every output with metrics",
  });

const prefixed = (prefix: string | null, name: string): string => (prefix === null ? name : `${prefix}_${name}`);

const outputName = (path: Path, name: string | undefined): string | null =>
  typeof path.at(-1) === "string" ? String(path.at(-1)) : (name ?? null);

/** A record of metrics by output; a record with a class name is the config of one metric. */
function isMetricRecord(given: Metrics): given is { readonly [name: string]: Metrics } {
  return isPlainObject(given) && typeof given["class_name"] !== "string";
}

/** The metrics of one output: one, or all in nested arrays and records. */
function listOf(given: Metrics): MetricIdentifier[] {
  if (given === null) return [];
  if (Array.isArray(given)) return (given as readonly Metrics[]).flatMap(listOf);
  return isMetricRecord(given) ? Object.values(given).flatMap(listOf) : [given as MetricIdentifier];
}
