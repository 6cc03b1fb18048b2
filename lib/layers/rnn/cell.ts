// What a recurrent cell is: one step, its states, its dropout masks; and the base of cells with gates.

import { boolean, fraction, positiveInteger, type Schema } from "../../config/index.js";
import { add, concatenate, expandDims, matmul, multiply, onesLike } from "../../ops/index.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { leaves } from "../../core/tree.js";
import { fits } from "../../ops/recurrent/steps.js";
import { dropout } from "../../random/index.js";
import { initializers } from "../../initializers/family.js";
import type { InitializerLike } from "../../initializers/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import type { Variable } from "../../variables/variable.js";
import { activation, constraint, initializer, regularizer, seed, weightOptions } from "../base/fields.js";
import { layerOptions } from "../base/options.js";
import { Layer } from "../layer.js";
import { flatStates, zeroStates } from "./states.js";

/** What a recurrent cell carries from step to step: tensors, nested as the cell likes. */
export type States = Tensor | readonly States[] | { readonly [name: string]: States };

/** Lengths of the states of a cell; a `tf.TensorShape` is one state of several axes. */
export type StateSize = number | readonly StateSize[] | { readonly [name: string]: StateSize };

/** Drawn once for a sequence: what is dropped is dropped at every step. */
export interface DropoutMasks {
  readonly inputs: Tensor | null;
  readonly state: Tensor | null;
}

/** What a cell is called with beside the input and the states. */
export interface CellOptions {
  readonly training?: boolean | null;
  readonly masks?: DropoutMasks;
  /** Whether the input has gone through the kernel already: a sequence goes through it as a whole. */
  readonly isProjected?: boolean;
}

/** The computation of one step of a sequence. */
export interface Cell extends Layer {
  readonly stateSize: StateSize;
  readonly outputSize?: number;
  /** Whether `getInitialState` gives zeros of `stateSize`. */
  readonly startsFromZero?: boolean;
  getInitialState?(batchSize: number): States | readonly States[];
  /** States to begin with for a step whose batch is not known; without it: zeros of `stateSize`. */
  initialStatesFor?(x: Tensor): States;
  /** What a sequence drops, drawn once. */
  drawMasks?(input: Tensor, state: Tensor, training: boolean): DropoutMasks;
  /** A whole sequence gone through the kernel at once: `call` gets its steps as `isProjected`. Null where steps have to go one by one. */
  projectSequence?(sequence: Tensor, masks: DropoutMasks): Tensor | null;
  /** All steps at once, where that gives what the calls step by step give; null where it does not. */
  wholeSequence?(given: WholeSequence): readonly Tensor[] | null;
}

/**
 * What a cell needs to go through all steps at once. It answers with its states after each step, `[batch, time, units]`, the output first.
 */
export interface WholeSequence {
  /** The input gone through the kernel, `[batch, time, gates · units]`. */
  readonly projected: Tensor;
  /** The states to begin with; null: zeros. */
  readonly initial: States | null;
  /** bool `[batch, time]`: where it is false the states stay as they are. */
  readonly mask: Tensor | null;
}

/** The options that all cells with gates share, in Keras's order of positional ones. */
export const cellFields = {
  units: positiveInteger(),
  activation: activation("tanh"),
  useBias: boolean(true),
  kernelInitializer: initializer("glorot_uniform"),
  recurrentInitializer: initializer("orthogonal"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  recurrentRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  recurrentConstraint: constraint(),
  biasConstraint: constraint(),
  dropout: fraction(0),
  recurrentDropout: fraction(0),
  seed: seed(),
} as const;

const cellOptions = layerOptions.extend(["units"], cellFields);

/** A cell whose gates are parts of one product with a kernel and one with a recurrent kernel. */
export abstract class GatedCell<S extends Schema = typeof cellOptions> extends Layer<S> {
  declare kernel: Variable;
  declare recurrentKernel: Variable;
  declare bias?: Variable;

  readonly seedGenerator = new SeedGenerator((this.options as unknown as { seed: number | null }).seed);

  /** How many gates there are. */
  protected abstract readonly gates: number;

  /** The options of every cell. */
  protected get cell() {
    return this.options as unknown as (typeof cellOptions)["fields"] extends infer F
      ? { readonly [K in keyof F]: F[K] extends { parse(value: unknown, where: string): infer Out } ? Out : never }
      : never;
  }

  get units(): number {
    return this.cell.units;
  }

  get outputSize(): number {
    return this.cell.units;
  }

  get stateSize(): StateSize {
    return this.cell.units;
  }

  protected override get inputCount(): number {
    return 2;
  }

  /** A class of one's own that begins elsewhere overrides `getInitialState`. */
  get startsFromZero(): boolean {
    return this.getInitialState === GatedCell.prototype.getInitialState;
  }

  /** States of zeros for a batch. */
  getInitialState(batchSize: number): States[] {
    return [zeroStates(this.stateSize, batchSize)].flat() as States[];
  }

  #masks = new Map<string, Tensor | null>();

  /** What is dropped of inputs, drawn at the first call and kept until `resetDropoutMask`; null where nothing is. */
  getDropoutMask(stepInput: Tensor): Tensor | null {
    return this.#mask("inputs", stepInput, this.cell.dropout);
  }

  /** What is dropped of states, drawn at the first call and kept until `resetRecurrentDropoutMask`; null where nothing is. */
  getRecurrentDropoutMask(stepInput: Tensor): Tensor | null {
    return this.#mask("states", stepInput, this.cell.recurrentDropout);
  }

  resetDropoutMask(): void {
    this.#masks.delete("inputs");
  }

  resetRecurrentDropoutMask(): void {
    this.#masks.delete("states");
  }

  #mask(name: string, like: Tensor, rate: number): Tensor | null {
    const kept = this.#masks.get(name);
    // A mask of a trace means nothing outside of it.
    if (kept !== undefined && !kept?.isSymbolic) return kept;
    const drawn = rate > 0 ? dropout(onesLike(like), rate, { seed: this.seedGenerator }) : null;
    this.#masks.set(name, drawn);
    return drawn;
  }

  /** The shape of the bias. */
  protected get biasShape(): readonly number[] {
    return [this.units * this.gates];
  }

  override build(inputShape: Shape): void {
    const width = this.units * this.gates;
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [inputShape.at(-1)!, width],
      ...weightOptions(this.options as object, "kernel"),
    });
    this.recurrentKernel = this.addWeight({
      name: "recurrent_kernel",
      shape: [this.units, width],
      ...weightOptions(this.options as object, "recurrent"),
    });
    if (!this.cell.useBias) return;
    this.bias = this.addWeight({
      name: "bias",
      shape: this.biasShape,
      ...weightOptions(this.options as object, "bias"),
      initializer: this.biasInitializer,
    });
  }

  protected get biasInitializer(): InitializerLike {
    return this.cell.biasInitializer;
  }

  /** The part of the gates that comes from the input: `x · kernel + bias`, for a step or a whole sequence. */
  project(x: Tensor): Tensor {
    const product = matmul(x, this.kernel);
    const bias = this.inputBias();
    return bias ? add(product, bias) : product;
  }

  /** What is dropped of an input is the same at every step. */
  projectSequence(sequence: Tensor, { inputs }: DropoutMasks): Tensor | null {
    return sequence.rank === 3 ? this.project(inputs ? multiply(sequence, expandDims(inputs, 1)) : sequence) : null;
  }

  /** The bias that belongs to the input. */
  protected inputBias(): Variable | Tensor | undefined {
    return this.bias;
  }

  /** Draws what a sequence drops. */
  drawMasks(input: Tensor, state: Tensor, training: boolean): DropoutMasks {
    const { dropout: rate, recurrentDropout } = this.cell;
    const draw = (like: Tensor, part: number) =>
      training && part > 0 ? dropout(onesLike(like), part, { seed: this.seedGenerator }) : null;
    return { inputs: draw(input, rate), state: draw(state, recurrentDropout) };
  }

  /**
   * The states to begin with, where they and the mask are of the batch; states that broadcast or change their dtype on the way go step by
   * step.
   */
  protected plainStates(projected: Tensor, initial: States | null, mask: Tensor | null): readonly Tensor[] | null {
    const [batch, time] = projected.shape as [number | null, number | null];
    const given = initial === null ? [] : flatStates(initial);
    const isPlain = given.every((state) => state.dtype === "float32" && fits(state, [batch, this.units]));
    return isPlain && (!mask || fits(mask, [batch, time])) ? given : null;
  }

  /** Input and state with what is dropped taken out, the input gone through the kernel. */
  protected prepared(x: Tensor, state: Tensor, { training, masks, isProjected }: CellOptions): { projected: Tensor; state: Tensor } {
    if (isProjected) return { projected: x, state: masks?.state ? multiply(state, masks.state) : state };
    const drawn = masks ?? this.drawMasks(x, state, training === true);
    return {
      projected: this.project(drawn.inputs ? multiply(x, drawn.inputs) : x),
      state: drawn.state ? multiply(state, drawn.state) : state,
    };
  }
}

/** An initializer made of several, one behind the other. */
export const initializeParts = (...parts: readonly (readonly [initializer: InitializerLike | string, length: number])[]): InitializerLike =>
  ((_shape: readonly number[], options?: { dtype?: string }) =>
    concatenate(
      parts.map(([part, length]) => (typeof part === "string" ? initializers.get(part) : part)([length], options as never)),
    )) as InitializerLike;

/** The first of the states. */
export const firstOf = (states: States): Tensor => leaves<Tensor>(states)[0]!;
