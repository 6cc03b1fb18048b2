// What users write in `compile` becomes losses and metrics here. "accuracy" and "crossentropy" mean different things for
// different shapes of labels and predictions.

import type { Schema } from "../../config/index.js";
import { ArgumentError, text } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { sparseCategoricalCrossentropy, SparseCategoricalCrossentropy } from "../../losses/index.js";
import { FunctionLoss, Loss, losses, type LossLike, lossOptions } from "../../losses/loss.js";
import { field, invalid, type Identifier, isPlainObject } from "../../config/index.js";
import { metrics } from "../../metrics/family.js";
import {
  BinaryAccuracy,
  CategoricalAccuracy,
  MeanMetricWrapper,
  Metric,
  type MetricFunction,
  SparseCategoricalAccuracy,
} from "../../metrics/index.js";

/** A loss: its name, an object, a class, a function of labels and predictions, or a config. */
export type LossIdentifier = Identifier<LossLike & object>;

/** A metric: its name, an object, a class, a function of labels and predictions, or a config. */
export type MetricIdentifier = Identifier<(Metric<Schema> | MetricFunction) & object>;

type Kind = "binary" | "sparse" | "categorical";

/** What kind of classification labels and predictions of these shapes are for. */
function kindOf(yTrue: Tensor, yPred: Tensor): Kind {
  const [labels, predictions] = [yTrue.shape.at(-1), yPred.shape.at(-1)];
  if (predictions === 1) return "binary";
  return yTrue.rank < yPred.rank || (labels === 1 && typeof predictions === "number" && predictions > 1) ? "sparse" : "categorical";
}

const crossentropies: Readonly<Record<Kind, string>> = {
  binary: "binary_crossentropy",
  sparse: "sparse_categorical_crossentropy",
  categorical: "categorical_crossentropy",
};

const accuracies = { binary: BinaryAccuracy, sparse: SparseCategoricalAccuracy, categorical: CategoricalAccuracy } as const;

/** A function of labels and predictions, as a loss: the losses of samples are averaged. */
class LossFunction extends FunctionLoss<typeof LossFunction.options> {
  static override readonly options = lossOptions("loss_function", [], {
    fn: field<(yTrue: Tensor, yPred: Tensor) => Tensor>({
      expected: "a function of labels and predictions",
      parse: (value) => (typeof value === "function" ? (value as (yTrue: Tensor, yPred: Tensor) => Tensor) : invalid),
    }),
  });

  protected override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.options.fn(yTrue, yPred);
  }
}

/** The loss that an identifier means for these labels and predictions. */
export function lossFor(identifier: LossIdentifier, yTrue: Tensor, yPred: Tensor): Loss<Schema> {
  const isVague = typeof identifier === "string" && /^(crossentropy|ce)$/i.test(identifier);
  const found = losses.get(isVague ? crossentropies[kindOf(yTrue, yPred)] : identifier, "compile.loss");
  if (found instanceof Loss) return found;
  return new LossFunction({ fn: found, name: nameOf(identifier, found) });
}

/** The metric that an identifier means for these labels and predictions. */
export function metricFor(identifier: MetricIdentifier, yTrue: Tensor, yPred: Tensor): Metric<Schema> {
  if (typeof identifier === "string" && /^acc(uracy)?$/i.test(identifier)) {
    return new accuracies[kindOf(yTrue, yPred)]({ name: identifier });
  }
  const found = metrics.get(identifier, "compile.metrics");
  if (!(found instanceof Metric)) return new MeanMetricWrapper({ fn: found, name: nameOf(identifier, found) });
  // A metric that was asked for by a name goes by that name: "mse" is history.mse.
  if (typeof identifier === "string") Object.defineProperty(found, "name", { value: identifier, configurable: true, enumerable: true });
  return found;
}

function nameOf(identifier: unknown, fn: object): string {
  if (typeof identifier === "string") return identifier;
  const { name } = fn as { name?: string };
  return name || "lambda";
}

/** Whether labels of a loss, or of what names one, are indices of classes. */
export function wantsIndices(loss: unknown): boolean {
  if (typeof loss === "string") return losses.has(loss) && wantsIndices(losses.get(loss));
  if (isPlainObject(loss) && "class_name" in loss) return wantsIndices(losses.get(loss));
  if (loss instanceof LossFunction) return loss.options.fn === sparseCategoricalCrossentropy;
  return loss instanceof SparseCategoricalCrossentropy || loss === SparseCategoricalCrossentropy || loss === sparseCategoricalCrossentropy;
}

/** The axis of classes in predictions. */
export const classAxis = (loss: Loss<Schema>): number => (loss instanceof SparseCategoricalCrossentropy ? loss.options.axis : -1);

/** Whether a label is one of so many classes, or one that the loss leaves out. */
export function isLabel(loss: Loss<Schema>, label: number, classes: number): boolean {
  if (loss instanceof SparseCategoricalCrossentropy && loss.options.ignoreClass === label) return true;
  return Number.isInteger(label) && label >= 0 && label < classes;
}
