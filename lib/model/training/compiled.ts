// What `compile` made of its options: optimizer, losses, metrics.

import { type Config, type Json, serializeKerasObject, type Schema, toSnakeCase } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import { Mean, type Metric } from "../../metrics/index.js";
import { optimizers } from "../../optimizers/family.js";
import type { Optimizer } from "../../optimizers/index.js";
import { CompiledLoss } from "./compile-loss.js";
import { CompiledMetrics } from "./compile-metrics.js";
import { type CompileOptions, compileOptions } from "./options.js";
import { likePredictions } from "./outputs.js";

/** What `compile` made of its options. */
export class Compiled {
  readonly optimizer: Optimizer<Schema>;
  readonly loss: CompiledLoss | null;
  readonly metrics: CompiledMetrics | null;
  /** The mean of the whole loss. */
  readonly lossTracker = new Mean({ name: "loss" });
  readonly runEagerly: boolean;
  readonly stepsPerExecution: number;
  readonly options: CompileOptions;

  constructor(given: CompileOptions, outputNames: readonly string[] | null) {
    const options = compileOptions.parse("compile", [given]);
    const { loss, lossWeights, metrics, weightedMetrics } = options;
    if (lossWeights !== null && loss === null) {
      throw new ArgumentError("compile.lossWeights", { given: "weights without a loss", expected: "a loss for each weight" });
    }
    this.optimizer = optimizers.get(options.optimizer, "compile.optimizer");
    this.loss = loss === null ? null : new CompiledLoss(loss, lossWeights, outputNames);
    const labelsLike = (yTrue: unknown, yPred: unknown): unknown =>
      this.loss?.labelsLike(yTrue, yPred) ?? likePredictions(yTrue, yPred, outputNames, []);
    const hasMetrics = metrics !== null || weightedMetrics !== null;
    this.metrics = hasMetrics ? new CompiledMetrics(metrics, weightedMetrics, outputNames, labelsLike) : null;
    this.runEagerly = options.runEagerly;
    this.stepsPerExecution = options.stepsPerExecution;
    this.options = given;
  }

  /** Whether losses, metrics and the optimizer have their variables. */
  get built(): boolean {
    return this.optimizer.built && this.loss?.built !== false && this.metrics?.built !== false;
  }

  /** All metrics: the loss, those of `compile` as one, and the losses of single outputs. */
  get allMetrics(): Metric<Schema>[] {
    const compiled = this.metrics ? [this.metrics] : [];
    return [this.lossTracker, ...compiled, ...(this.loss?.metrics ?? [])] as unknown as Metric<Schema>[];
  }

  /** The same with each metric of `compile` by itself: what checkpoints save. */
  get singleMetrics(): Metric<Schema>[] {
    return [this.lossTracker, ...(this.metrics?.metrics ?? []), ...(this.loss?.metrics ?? [])] as unknown as Metric<Schema>[];
  }

  /** The options as Keras saves them. */
  getConfig(): Config {
    const { optimizer, runEagerly, stepsPerExecution } = this;
    const { loss = null, lossWeights = null, metrics = null, weightedMetrics = null } = this.options;
    const all = { optimizer, loss, lossWeights, metrics, weightedMetrics, runEagerly, stepsPerExecution, jitCompile: false };
    return Object.fromEntries(Object.entries(all).map(([key, value]) => [toSnakeCase(key), serializeKerasObject(value)])) as Record<
      string,
      Json
    >;
  }
}
