// What distillation compares of a teacher and a student.

import { checkOptions } from "../../core/options.js";
import { type Config, isPlainObject, type Json, registerClasses, serializeKerasObject } from "../../config/index.js";
import { ArgumentError, text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { isBranch, leaves, mapTree, sameStructure, type Tree } from "../../core/tree.js";
import { describeInputs } from "../../layers/base/describe.js";
import { losses } from "../../losses/family.js";
import { KLDivergence, klDivergence, type LossLike } from "../../losses/index.js";
import { add, divide, mean, multiply, softmax } from "../../ops/index.js";
import type { LossIdentifier } from "../training/identify.js";
import type { Model } from "../model.js";

/** A loss for each output; null leaves an output out. */
export type DistilledLosses = LossIdentifier | null | readonly DistilledLosses[] | { readonly [name: string]: DistilledLosses };

/**
 * The base of losses between a teacher's and a student's outputs. One of one's own overrides `computeLoss`. Keras:
 * keras.distillation.DistillationLoss
 *
 * ```ts
 * class Difference extends keras.distillation.DistillationLoss {
 *   override computeLoss(teacher: tf.Tensor, student: tf.Tensor) { return tf.abs(teacher.sub(student)).mean(); }
 *   override getConfig() { return {}; }
 * }
 * new Difference().computeLoss(tf.constant([1, 2]), tf.constant([1, 4])); // 1
 * ```
 */
export abstract class DistillationLoss {
  /** The layers whose outputs are compared; null: the outputs of the models. */
  readonly teacherLayerName: string | null = null;
  readonly studentLayerName: string | null = null;

  /** The loss, a scalar. */
  abstract computeLoss(teacherOutputs: Tree<Tensor>, studentOutputs: Tree<Tensor>): Tensor;

  /** @throws ValueError where outputs can't be compared */
  validateOutputs(teacherOutputs: Tree<Tensor>, studentOutputs: Tree<Tensor>): void {
    if (sameStructure(teacherOutputs, studentOutputs)) return;
    throw new ValueError(this.constructor.name, {
      given: `outputs ${describeInputs(teacherOutputs)} of the teacher and ${describeInputs(studentOutputs)} of the student`,
      expected: "the same structure",
    });
  }

  /** @throws ValueError where the loss has no use for such models */
  validateModelCompatibility(_teacher: Model, _student: Model): void {}

  abstract getConfig(): Record<string, Json>;
}

/** Losses as functions, in the structure in which they were given. */
function lossesOf(where: string, given: DistilledLosses): Tree<LossLike | null> {
  const isTree = (value: DistilledLosses): boolean =>
    Array.isArray(value) || (isPlainObject(value) && typeof value["class_name"] !== "string");
  const read = (value: DistilledLosses): Tree<LossLike | null> => {
    if (value === null) return null;
    if (!isTree(value)) return losses.get(value as LossIdentifier, where);
    if (Array.isArray(value)) return value.map(read);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item as DistilledLosses)]));
  };
  const found = read(given);
  if (leaves(found).some((loss) => loss !== null)) return found;
  throw new ArgumentError(where, { given: text(given), expected: "a loss for one output at least" });
}

/** The sum of the means of losses, output by output. */
function sumOf(
  where: string,
  given: Tree<LossLike | null>,
  teacher: Tree<Tensor>,
  student: Tree<Tensor>,
  lossOf: (loss: LossLike, teacher: Tensor, student: Tensor) => Tensor,
): Tensor {
  if (isBranch(given) && !sameStructure(given, teacher)) {
    throw new ValueError(where, { given: `outputs ${describeInputs(teacher)}`, expected: "a loss for each, in their structure" });
  }
  const outputs = leaves<Tensor>(teacher);
  const others = leaves<Tensor>(student);
  const each = isBranch(given) ? leaves<LossLike | null>(given) : outputs.map(() => given as LossLike);
  const found = each.flatMap((loss, i) => (loss === null ? [] : [lossOf(loss, outputs[i]!, others[i]!)]));
  return found.reduce((sum, loss) => add(sum, loss));
}

/**
 * Teaches by the teacher's outputs: logits of both are divided by a temperature, which makes distributions softer. With the
 * Kullback–Leibler
 * divergence (the default) they go through a softmax, and the loss counts temperature² times. Keras: keras.distillation.LogitsDistillation
 *
 * ```ts
 * new keras.distillation.LogitsDistillation({ temperature: 2 }).computeLoss(tf.constant([[1, 2]]), tf.constant([[1, 2]])); // 0
 * ```
 *
 * @see Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015
 */
export class LogitsDistillation extends DistillationLoss {
  readonly temperature: number;
  readonly loss: Tree<LossLike | null>;

  constructor(options: { readonly temperature?: number; readonly loss?: DistilledLosses } = {}) {
    super();
    checkOptions("LogitsDistillation", arguments, 0, ["temperature", "loss"]);
    const { temperature = 3, loss = "kl_divergence" } = options;
    if (!(typeof temperature === "number" && temperature > 0 && temperature < Infinity)) {
      throw new ArgumentError("LogitsDistillation.temperature", { given: text(temperature), expected: "a number above 0" });
    }
    this.temperature = temperature;
    this.loss = lossesOf("LogitsDistillation.loss", loss);
  }

  override computeLoss(teacherOutputs: Tree<Tensor>, studentOutputs: Tree<Tensor>): Tensor {
    const soft = (outputs: Tree<Tensor>) => mapTree(outputs, (logits: Tensor) => divide(logits, this.temperature));
    return sumOf("LogitsDistillation", this.loss, soft(teacherOutputs), soft(studentOutputs), (loss, teacher, student) => {
      const isDivergence = loss instanceof KLDivergence || (loss as unknown) === klDivergence;
      if (!isDivergence) return mean(loss(teacher, student));
      return multiply(mean(loss(softmax(teacher), softmax(student))), this.temperature ** 2);
    });
  }

  override getConfig(): Record<string, Json> {
    return { temperature: this.temperature, loss: serializeKerasObject(this.loss) };
  }

  static fromConfig(config: Config): LogitsDistillation {
    return new LogitsDistillation(config as never);
  }
}

/**
 * Teaches by what layers inside of both models give, or by their outputs. Keras: keras.distillation.FeatureDistillation
 *
 * ```ts
 * new keras.distillation.FeatureDistillation({ loss: "mse" }).computeLoss(tf.constant([[1, 2]]), tf.constant([[1, 4]])); // 2
 * ```
 */
export class FeatureDistillation extends DistillationLoss {
  override readonly teacherLayerName: string | null;
  override readonly studentLayerName: string | null;
  readonly loss: Tree<LossLike | null>;

  constructor(
    options: {
      readonly loss?: DistilledLosses;
      readonly teacherLayerName?: string | null;
      readonly studentLayerName?: string | null;
    } = {},
  ) {
    super();
    checkOptions("FeatureDistillation", arguments, 0, ["loss", "teacherLayerName", "studentLayerName"]);
    const { loss = "mse", teacherLayerName = null, studentLayerName = null } = options;
    this.loss = lossesOf("FeatureDistillation.loss", loss);
    this.teacherLayerName = teacherLayerName;
    this.studentLayerName = studentLayerName;
  }

  override validateModelCompatibility(teacher: Model, student: Model): void {
    if (this.teacherLayerName === null && this.studentLayerName === null) return;
    for (const [role, model, name] of [["teacher", teacher, this.teacherLayerName], ["student", student, this.studentLayerName]] as const) {
      if (!model.graph) {
        throw new ValueError("FeatureDistillation", {
          given: `a ${role} without a graph, and layers by name`,
          expected: "functional models, or a Sequential that is built",
        });
      }
      if (name !== null) model.getLayer(name);
    } // prettier-ignore
  }

  override computeLoss(teacherOutputs: Tree<Tensor>, studentOutputs: Tree<Tensor>): Tensor {
    return sumOf("FeatureDistillation", this.loss, teacherOutputs, studentOutputs, (loss, teacher, student) =>
      mean(loss(teacher, student)),
    );
  }

  override getConfig(): Record<string, Json> {
    return {
      loss: serializeKerasObject(this.loss),
      teacher_layer_name: this.teacherLayerName,
      student_layer_name: this.studentLayerName,
    };
  }

  static fromConfig({ loss, teacher_layer_name: teacherLayerName, student_layer_name: studentLayerName }: Config): FeatureDistillation {
    return new FeatureDistillation({ loss, teacherLayerName, studentLayerName } as never);
  }
}

registerClasses("keras.distillation", { FeatureDistillation, LogitsDistillation } as never);
