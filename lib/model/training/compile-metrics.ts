import { isPlainObject, type Schema } from "../../config/index.js";
import { ArgumentError, text } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { flatten, flattenWithPath } from "../../layers/functional/structure.js";
import type { Metric } from "../../metrics/index.js";
import { metricFor, type MetricIdentifier } from "./identify.js";
import { at, likePredictions, type Path } from "./outputs.js";

/** Metrics of a model: for its only output, or for each output in an array, or a record by names of outputs. */
export type Metrics = MetricIdentifier | null | readonly Metrics[] | { readonly [name: string]: Metrics };

/** The metrics of one output. */
interface OutputMetrics {
  readonly path: Path;
  /** The output's name where there are several. */
  readonly prefix: string | null;
  readonly metrics: readonly Metric<Schema>[];
}

/** What `compile` says of metrics, applied to labels and predictions once their structure is known. */
export class CompiledMetrics {
  readonly #given: { readonly plain: Metrics; readonly weighted: Metrics };
  readonly #outputNames: readonly string[] | null;
  #plain: readonly OutputMetrics[] | null = null;
  #weighted: readonly OutputMetrics[] = [];

  constructor(plain: Metrics, weighted: Metrics, outputNames: readonly string[] | null) {
    for (const [name, given] of Object.entries({ metrics: plain, weightedMetrics: weighted })) {
      if (given === null || Array.isArray(given) || isMetricRecord(given)) continue;
      throw new ArgumentError(`compile.${name}`, { given: text(given), expected: "an array of metrics, or a record by names of outputs" });
    }
    this.#given = { plain, weighted };
    this.#outputNames = outputNames;
  }

  get built(): boolean {
    return this.#plain !== null;
  }

  get metrics(): readonly Metric<Schema>[] {
    return [...(this.#plain ?? []), ...this.#weighted].flatMap(({ metrics }) => metrics);
  }

  /** Takes in a batch. */
  updateState(yTrue: unknown, yPred: unknown, sampleWeight: unknown): void {
    const labels = likePredictions(yTrue, yPred, this.#outputNames, flattenWithPath(yPred).map(({ path }) => this.#concerns(path))); // prettier-ignore
    if (this.#plain === null) {
      this.#plain = this.#build("metrics", this.#given.plain, labels, yPred);
      this.#weighted = this.#build("weightedMetrics", this.#given.weighted, labels, yPred);
    }
    const weights = sampleWeight === null || sampleWeight === undefined ? [] : flatten<Tensor>(sampleWeight);
    const paths = flattenWithPath(yPred).map(({ path }) => path.join("/"));
    const update = (own: readonly OutputMetrics[], weighted: boolean): void => {
      for (const { path, metrics } of own) {
        const weight = weighted ? (weights[paths.indexOf(path.join("/"))] ?? weights[0]) : undefined;
        const args = [at(labels, path), at(yPred, path), ...(weight === undefined ? [] : [{ sampleWeight: weight }])];
        for (const metric of metrics) (metric.updateState as (...args: unknown[]) => void).apply(metric, args);
      }
    };
    update(this.#plain, false);
    update(this.#weighted, true);
  }

  #concerns(path: Path): boolean {
    return this.#plain === null || [...this.#plain, ...this.#weighted].some((own) => own.path.join("/") === path.join("/"));
  }

  /** All results by name; a name that occurs twice gets a number, a weighted metric of the same name the prefix `weighted_`. */
  result(): Record<string, Tensor> {
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
    const outputs = flattenWithPath<Tensor>(yPred as Tensor);
    if (given === null || flatten(given).length === 0) return [];
    const names = outputs.map(({ path }, i) => outputName(path, this.#outputNames?.[i]));
    const own = outputs.length === 1 ? [given] : this.#assign(argument, given, outputs.map(({ path }) => path), names); // prettier-ignore
    return outputs.flatMap(({ path, leaf }, i) => {
      const identifiers = listOf(own[i] ?? null);
      if (identifiers.length === 0) return [];
      const metrics = identifiers.map((identifier) => metricFor(identifier, at(yTrue, path) as Tensor, leaf));
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
