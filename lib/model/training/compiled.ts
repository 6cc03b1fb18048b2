// What `compile` made of its options: optimizer, losses, metrics.

import { type Arguments, type Config, type Json, serializeKerasObject, type Schema, toSnakeCase } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import { Mean, type Metric } from "../../metrics/index.js";
import { optimizers } from "../../optimizers/family.js";
import type { Optimizer } from "../../optimizers/index.js";
import { LossScaleOptimizer } from "../../optimizers/loss-scale-optimizer.js";
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

  /** The optimizer that was asked for: in float16 another one may stand around it. */
  readonly #asked: Optimizer<Schema>;

  /** @param policy  the dtype policy of the model: under mixed_float16 losses are scaled, so that small gradients do not vanish */
  constructor(given: Arguments<typeof compileOptions>, outputNames: readonly string[] | null, policy: string) {
    const options = compileOptions.parse("compile", given);
    const { loss, lossWeights, metrics, weightedMetrics } = options;
    if (lossWeights !== null && loss === null) {
      throw new ArgumentError("compile.lossWeights", { given: "weights without a loss", expected: "a loss for each weight" });
    }
    const optimizer: Optimizer<Schema> = optimizers.get(options.optimizer, "compile.optimizer");
    const isScaled = policy === "mixed_float16" && options.autoScaleLoss && !(optimizer instanceof LossScaleOptimizer);
    this.#asked = optimizer;
    this.optimizer = isScaled ? new LossScaleOptimizer(optimizer, { name: "loss_scale_optimizer" }) : optimizer;
    this.loss = loss === null ? null : new CompiledLoss(loss, lossWeights, outputNames);
    const labelsLike = (yTrue: unknown, yPred: unknown): unknown =>
      this.loss?.labelsLike(yTrue, yPred) ?? likePredictions(yTrue, yPred, outputNames, []);
    const hasMetrics = metrics !== null || weightedMetrics !== null;
    this.metrics = hasMetrics ? new CompiledMetrics(metrics, weightedMetrics, outputNames, labelsLike) : null;
    this.runEagerly = options.runEagerly;
    this.stepsPerExecution = options.stepsPerExecution;
    this.options = compileOptions.gather("compile", given);
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
    const { runEagerly, stepsPerExecution } = this;
    const optimizer = this.#asked;
    const { loss = null, lossWeights = null, metrics = null, weightedMetrics = null } = this.options;
    const all = { optimizer, loss, lossWeights, metrics, weightedMetrics, runEagerly, stepsPerExecution, jitCompile: false };
    return Object.fromEntries(Object.entries(all).map(([key, value]) => [toSnakeCase(key), serializeKerasObject(value)])) as Record<
      string,
      Json
    >;
  }
}
