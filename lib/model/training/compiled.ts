import { type Config, type Json, serializeKerasObject, type Schema, toSnakeCase } from "../../config/index.js";
import { ArgumentError } from "../../core/errors.js";
import { Mean, type Metric } from "../../metrics/index.js";
import { type Optimizer, optimizers } from "../../optimizers/index.js";
import { CompiledLoss } from "./compile-loss.js";
import { CompiledMetrics } from "./compile-metrics.js";
import { checkOptions, type CompileOptions, checkWhole } from "./options.js";

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

  constructor(options: CompileOptions, outputNames: readonly string[] | null) {
    checkOptions("compile", options);
    const {
      optimizer = "rmsprop",
      loss = null,
      lossWeights = null,
      metrics = null,
      weightedMetrics = null,
      stepsPerExecution = 1,
    } = options;
    checkWhole("compile.stepsPerExecution", stepsPerExecution, 1);
    if (lossWeights !== null && loss === null) {
      throw new ArgumentError("compile.lossWeights", { given: "weights without a loss", expected: "a loss for each weight" });
    }
    this.optimizer = optimizers.get(optimizer, "compile.optimizer");
    this.loss = loss === null ? null : new CompiledLoss(loss, lossWeights, outputNames);
    this.metrics = metrics === null && weightedMetrics === null ? null : new CompiledMetrics(metrics, weightedMetrics, outputNames);
    this.runEagerly = options.runEagerly ?? false;
    this.stepsPerExecution = stepsPerExecution;
    this.options = options;
  }

  /** Whether losses, metrics and the optimizer have their variables. */
  get built(): boolean {
    return this.optimizer.built && this.loss?.built !== false && this.metrics?.built !== false;
  }

  /** All metrics: the loss, those of `compile`, and the losses of single outputs. */
  get allMetrics(): Metric<Schema>[] {
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
