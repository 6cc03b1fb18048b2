// A model that trains a student by a teacher.

import { type Config, deserializeKerasObject, type Json, registerClasses, serializeKerasObject } from "../../config/index.js";
import { ArgumentError, ShapeError, text, ValueError } from "../../core/errors.js";
import { placed } from "../../core/one-by-one.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { leaves, type Tree } from "../../core/tree.js";
import type { LayerOptions } from "../../layers/base/options.js";
import { Mean } from "../../metrics/index.js";
import { add, mean, multiply } from "../../ops/index.js";
import { asTensor } from "../../core/convert.js";
import { Model } from "../model.js";
import { CompiledLoss, type Losses } from "../training/compile-loss.js";
import type { CompileOptions } from "../training/options.js";
import type { LossArguments } from "../training/trainer.js";
import { DistillationLoss } from "./losses.js";

/** What a Distiller takes beside teacher, student and losses. */
export interface DistillerOptions extends LayerOptions {
  /** How much each distillation loss counts. Default: 1 each. */
  readonly distillationLossWeights?: readonly number[] | null;
  /** How much the student's own loss counts, from 0 to 1; the distillation losses count the rest. Default: 0.5. */
  readonly studentLossWeight?: number;
}

type DistillationLosses = DistillationLoss | readonly DistillationLoss[];

/**
 * Trains a student to do what a teacher does, beside what labels say: the loss is
 * `studentLossWeight · loss(y, student) + (1 − studentLossWeight) · Σ weight · distillationLoss(teacher, student)`.
 *
 * ```ts
 * const teacher = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(64), new keras.layers.Dense(2)]);
 * const student = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(2)]);
 * const distiller = new keras.distillation.Distiller(teacher, student, new keras.distillation.LogitsDistillation({ temperature: 3 }));
 * distiller.compile({ optimizer: "adam", loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"]
 * });
 * await distiller.fit(x, y, { epochs: 5 });
 * distiller.student;
 * ```
 *
 * Keras: keras.distillation.Distiller
 */
export class Distiller extends Model {
  readonly teacher: Model;
  readonly student: Model;
  readonly studentLossTracker = new Mean({ name: "student_loss" });
  readonly distillationLossTracker = new Mean({ name: "distillation_loss" });
  readonly totalLossTracker = new Mean({ name: "total_loss" });
  readonly #losses: readonly DistillationLoss[];
  readonly #weights: readonly number[];
  readonly #studentLossWeight: number;
  readonly #extractors: { readonly teacher: Model | null; readonly student: Model | null };
  #studentLoss: CompiledLoss | null = null;
  #givenLoss: Config = {};

  constructor(
    teacher: Model,
    student: Model,
    distillationLosses: DistillationLosses,
    { distillationLossWeights, studentLossWeight, name, ...options }?: DistillerOptions,
  );
  constructor(options: DistillerOptions & { teacher: Model; student: Model; distillationLosses: DistillationLosses });
  constructor(...given: readonly unknown[]) {
    const all = placed(["teacher", "student", "distillationLosses"], given) as [Model, Model, DistillationLosses, DistillerOptions?];
    const [teacher, student, distillationLosses, settings = {}] = all;
    const { distillationLossWeights = null, studentLossWeight = 0.5, name = "distiller", ...options } = settings;
    super({ name, ...options });
    for (const [role, model] of Object.entries({ teacher, student })) {
      if (!(model instanceof Model)) throw new ArgumentError(`Distiller.${role}`, { given: text(model), expected: "a model" });
    }
    if (!(typeof studentLossWeight === "number" && studentLossWeight >= 0 && studentLossWeight <= 1)) {
      throw new ArgumentError("Distiller.studentLossWeight", { given: text(studentLossWeight), expected: "a number from 0 to 1" });
    }
    const losses = [distillationLosses].flat() as DistillationLoss[];
    const wrong = losses.find((loss) => !(loss instanceof DistillationLoss));
    if (wrong !== undefined || losses.length === 0) {
      throw new ArgumentError("Distiller.distillationLosses", { given: text(distillationLosses), expected: "distillation losses" });
    }
    if (distillationLossWeights && distillationLossWeights.length !== losses.length) {
      throw new ArgumentError("Distiller.distillationLossWeights", {
        given: `${distillationLossWeights.length} weights`,
        expected: `${losses.length}, one for each loss`,
      });
    }
    checkCompatible(teacher, student);
    for (const loss of losses) loss.validateModelCompatibility(teacher, student);
    this.teacher = teacher;
    this.student = student;
    this.#losses = losses;
    this.#weights = distillationLossWeights ?? losses.map(() => 1);
    this.#studentLossWeight = studentLossWeight;
    this.#extractors = {
      teacher: extractor(teacher, losses.map(({ teacherLayerName }) => teacherLayerName)), // prettier-ignore
      student: extractor(student, losses.map(({ studentLayerName }) => studentLayerName)), // prettier-ignore
    };
    teacher.trainable = false;
  }

  override get outputNames(): readonly string[] | null {
    return this.student.outputNames;
  }

  /** Says how the student is trained; `loss` is that of the student's outputs and the labels. */
  override compile({ optimizer = "adam", loss = null, lossWeights = null, ...options }: CompileOptions = {}): void {
    if (loss === null) throw new ArgumentError(`${this.name}.compile.loss`, { given: "none", expected: "a loss for the student" });
    super.compile({ optimizer, ...options });
    this.#studentLoss = new CompiledLoss(loss as Losses, lossWeights, this.outputNames);
    this.#givenLoss = { loss: serializeKerasObject(loss), loss_weights: serializeKerasObject(lossWeights) };
  }

  override getCompileConfig(): Config | null {
    const config = super.getCompileConfig();
    return config && { ...config, ...this.#givenLoss };
  }

  override call(inputs: never, options: never): unknown {
    return (this.student as (inputs: never, options: never) => unknown)(inputs, options);
  }

  override computeLoss({ x, y = null, yPred, sampleWeight = null }: LossArguments): Tensor {
    const rate = this.#studentLossWeight;
    const zero = asTensor(0, "float32");
    const student = rate > 0 && y !== null ? mean(this.#studentLoss!.call(y, yPred, sampleWeight) ?? zero) : zero;
    const distilled = rate < 1 ? this.#distilled(x, yPred) : zero;
    const total = add(multiply(student, rate), multiply(distilled, 1 - rate));
    this.studentLossTracker.updateState(student);
    this.distillationLossTracker.updateState(distilled);
    this.totalLossTracker.updateState(total);
    return total;
  }

  #distilled(x: unknown, yPred: unknown): Tensor {
    const run = (model: Model, training: boolean) => (model as (x: unknown, options: object) => unknown)(x, { training });
    const teacher = this.#extractors.teacher
      ? (run(this.#extractors.teacher, false) as Features)
      : { [WHOLE]: run(this.teacher, false) as Tree<Tensor> };
    const student = this.#extractors.student ? (run(this.#extractors.student, true) as Features) : { [WHOLE]: yPred as Tree<Tensor> };
    return this.#losses
      .map((loss, i) => {
        const [theirs, ours] = [teacher[loss.teacherLayerName ?? WHOLE]!, student[loss.studentLayerName ?? WHOLE]!];
        loss.validateOutputs(theirs, ours);
        const value = loss.computeLoss(theirs, ours);
        if (value.rank === 0) return multiply(value, this.#weights[i]!);
        throw new ShapeError(`${loss.constructor.name}.computeLoss`, {
          given: `a loss of shape ${shapeText(value.shape)}`,
          expected: "a scalar",
        });
      })
      .reduce((sum, value) => add(sum, value));
  }

  override getConfig(): Record<string, Json> {
    return {
      ...super.getConfig(),
      teacher: serializeKerasObject(this.teacher),
      student: serializeKerasObject(this.student),
      distillation_losses: this.#losses.map(serializeKerasObject),
      distillation_loss_weights: [...this.#weights],
      student_loss_weight: this.#studentLossWeight,
    };
  }

  static override fromConfig<T>(config: Config): T {
    const {
      teacher,
      student,
      distillation_losses: losses,
      distillation_loss_weights: weights,
      student_loss_weight: weight,
      ...common
    } = config;
    return new Distiller(
      deserializeKerasObject(teacher) as Model,
      deserializeKerasObject(student) as Model,
      deserializeKerasObject(losses) as DistillationLoss[],
      { ...Distiller.options.fromConfig("Distiller", common), distillationLossWeights: weights, studentLossWeight: weight } as never,
    ) as T;
  }
}

/** The outputs of a model among the features. */
const WHOLE = "final_output";

type Features = { readonly [name: string]: Tree<Tensor> };

/** A model that gives what the named layers give, beside its outputs; null where no layer is named. */
function extractor(model: Model, names: readonly (string | null)[]): Model | null {
  const wanted = [...new Set(names.filter((name) => name !== null))];
  if (wanted.length === 0) return null;
  const outputs = Object.fromEntries(wanted.map((name) => [name, model.getLayer(name).output]));
  return new Model(model.input as never, { ...outputs, [WHOLE]: model.output } as never, { name: `${model.name}_features` });
}

/** @throws ValueError where inputs or outputs of the models differ in shape or dtype */
function checkCompatible(teacher: Model, student: Model): void {
  if (!teacher.graph || !student.graph) return;
  for (const side of ["inputs", "outputs"] as const) {
    const [theirs, ours] = [leaves<Tensor>(teacher[side]), leaves<Tensor>(student[side])];
    const fits =
      theirs.length === ours.length && theirs.every(({ shape, dtype }, i) => dtype === ours[i]!.dtype && compatible(shape, ours[i]!.shape));
    if (fits) continue;
    const show = (tensors: readonly Tensor[]) => tensors.map(({ dtype, shape }) => `${dtype} ${shapeText(shape)}`).join(", ");
    throw new ValueError("Distiller", {
      given: `${side} ${show(theirs)} of the teacher and ${show(ours)} of the student`,
      expected: "equal ones",
    });
  }
}

const compatible = (a: readonly (number | null)[], b: readonly (number | null)[]): boolean =>
  a.length === b.length && a.every((length, i) => length === null || b[i] === null || length === b[i]);

registerClasses("keras.distillation", { Distiller } as never);
