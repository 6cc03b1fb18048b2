// The layer RNN: runs a cell along time, from either end, with masks and states that are kept.

import {
  boolean,
  field,
  invalid,
  isPlainObject,
  registerClasses,
  type Schema,
  serializeKerasObject,
  deserializeKerasObject,
} from "../../config/index.js";
import { isFloat } from "../../core/dtype.js";
import { ShapeError, StateError } from "../../core/errors.js";
import { checkThat } from "../../core/options.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { mapShapeStructure, mapStructure } from "../../core/keras-tree.js";
import { symbolic, Tensor } from "../../core/tensor.js";
import { isBranch, leaves, mapTree, type Tree } from "../../core/tree.js";
import { cast, cumsum, expandDims, flip, greater, reshape, slice, stack, where, zerosLike } from "../../ops/index.js";
import { Variable } from "../../variables/variable.js";
import { checkInput, InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { Mask } from "../base/types.js";
import { Layer } from "../layer.js";
import { type Cell, type CellOptions, type DropoutMasks, firstOf, type States } from "./cell.js";
import { StackedRNNCells } from "./stacked-rnn-cells.js";
import { flatStates, mapStates, zeroStates, zeroStatesOf } from "./states.js";

/** The options of every recurrent layer. */
export const rnnFields = {
  returnSequences: boolean(false),
  returnState: boolean(false),
  goBackwards: boolean(false),
  stateful: boolean(false),
  unroll: boolean(false),
  zeroOutputForMask: boolean(false),
} as const;

/** What a recurrent layer is called with. */
export interface RNNCallOptions {
  readonly training?: boolean | null;
  readonly mask?: Tensor | null;
  /** States to begin with instead of zeros. */
  readonly initialState?: States | null;
}

/** What a cell takes of a step, or puts out: a tensor, or arrays and records of tensors. */
type Nested = Tree<Tensor>;

interface Common {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutputForMask: boolean;
}

/** What a sequence gave. */
interface Run {
  /** The output of the last step. */
  readonly last: Nested;
  /** The outputs of all steps. */
  readonly sequence: () => Nested;
  /** The states after the last step. */
  readonly states: States;
}

/**
 * Applies a cell to the steps of `[batch, time, features]`; the base of recurrent layers. A cell of one's own may take arrays and records of
 * tensors at each step, carry such, and put out such.
 */
export abstract class BaseRNN<S extends Schema> extends Layer<S> {
  /** The computation of one step. */
  abstract readonly cell: Cell;
  /** What a stateful layer goes on with. */
  #states: Variable[] | null = null;
  /** Set by Bidirectional. */
  forcedZeroOutput = false;

  /** A mask is used up: steps of the output count all. */
  override supportsMasking = false;

  protected get flags(): Common {
    return this.options as never;
  }

  protected override get takesMask(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    const { cell } = this;
    if (!cell.built) cell.build(mapShapeStructure(([batch, , ...rest]) => [batch!, ...rest], inputShape) as never);
    if (!this.flags.stateful) return;
    const batch = leaves<number | null>(inputShape)[0];
    if (typeof batch !== "number") {
      throw new ShapeError(this.name, {
        given: `an input of shape ${shapeText(inputShape)}`,
        expected: "a known batch size, as `stateful` needs",
      });
    }
    const states = flatStates(this.getInitialState(batch) as States);
    // The states are the layer's own business: they are no weights.
    Object.defineProperty(this, "states", {
      value: states.map((state) => new Variable(() => state, { name: "rnn_state", trainable: false })),
      enumerable: false,
    });
    this.#states = (this as unknown as { states: Variable[] }).states;
  }

  /** The states at the beginning of a sequence. */
  getInitialState(batch: number | null): readonly States[] {
    const { cell } = this;
    const states = batch !== null && cell.getInitialState ? cell.getInitialState(batch) : zeroStates(cell.stateSize, batch);
    return inList(states as States) as readonly States[];
  }

  /** Sets the states of a stateful layer to zero. Keras: reset_states */
  resetStates(): void {
    this.resetState();
  }

  /** Sets the states of a stateful layer to zero. */
  resetState(): void {
    for (const state of this.#states ?? []) state.assign(zerosLike(state));
  }

  override computeMask(_inputs: never, mask: never): Mask | undefined {
    const own = this.flags.returnSequences ? (leaves<Tensor | null>(mask)[0] ?? null) : null;
    return this.flags.returnState ? [own, ...flatStates(this.getInitialState(null)).map(() => null)] : own;
  }

  override call(sequence: Nested, { training, mask, initialState }: RNNCallOptions = {}): unknown {
    const { returnSequences, returnState, stateful } = this.flags;
    // Steps are there for all inputs or for none.
    const isThere = leaves<Tensor | null>(mask ?? null)[0] ?? null;
    const run = this.#run(sequence, this.#begin(sequence, initialState), isThere, training === true);
    const { states } = run;
    if (stateful) flatStates(states).forEach((state, i) => this.#states![i]!.assign(cast(state, this.#states![i]!.dtype)));
    const output = this.#inItsDtype(returnSequences ? run.sequence() : run.last);
    if (!returnState) return output;
    const after = this.#inItsDtype(states as Nested);
    return [output, ...(Array.isArray(after) ? (after as readonly Nested[]) : [after])];
  }

  /**
   * The cell over all steps: the last output, all of them, and the states afterwards. Keras: inner_loop
   *
   * @param initialState  the states to begin with
   */
  innerLoop<T extends Nested = Tensor>(
    sequence: T,
    initialState: States,
    mask: Tensor | null = null,
    training = false,
  ): [last: T, outputs: T, states: States] {
    const { last, sequence: outputs, states } = this.#run(sequence, initialState, mask, training);
    return [last as T, outputs() as T, states];
  }

  /** What steps gave, in the dtype of this layer: a cell may compute in another, and begins with states of float32. */
  #inItsDtype(values: Nested): Nested {
    return mapTree(values, (value) => (isFloat(value.dtype) ? cast(value, this.computeDtype) : value));
  }

  /** The states to begin with; null: zeros. */
  #begin(sequence: Nested, given: RNNCallOptions["initialState"]): States | null {
    const [batch] = firstOf(sequence).shape as [number | null];
    if (given !== null && given !== undefined) {
      const states: readonly unknown[] = leaves(given);
      const areTensors = states.length > 0 && states.every((state) => state instanceof Tensor);
      checkThat(areTensors, `${this.name}.initialState`, given, "a tensor for each state of the cell");
      return inList(given);
    }
    if (!this.#states) {
      // For an open batch a cell's states are zeros, too; made from the sequence, they belong to its trace.
      const isZero =
        this.getInitialState === BaseRNN.prototype.getInitialState &&
        (!this.cell.getInitialState || this.cell.startsFromZero || batch === null);
      return isZero ? null : this.getInitialState(batch);
    }
    const kept = this.#states[0]!.shape[0];
    if (batch !== null && batch !== kept) {
      throw new StateError(this.name, { given: `a batch of ${batch}`, expected: `${kept}, as the layer is stateful` });
    }
    let next = 0;
    return mapStates(this.getInitialState(batch), () => this.#states![next++]!.value());
  }

  #run(sequence: Nested, begin: States | null, mask: Tensor | null, training: boolean): Run {
    const { cell } = this;
    const initial = begin ?? inList(cell.initialStatesFor?.(at(firstOf(sequence), 0)) ?? zeroStatesOf(cell.stateSize, firstOf(sequence)));
    const masks = cell.drawMasks?.(at(firstOf(sequence), 0), firstOf(initial), training);
    const isThere = mask && cast(mask, "bool");
    if (!masks || !(sequence instanceof Tensor)) return this.#stepByStep(sequence, initial, isThere, { training, ...(masks && { masks }) });
    const atOnce = this.#atOnce(sequence, begin, isThere, masks);
    if (atOnce) return atOnce;
    const projected = cell.projectSequence?.(sequence, masks) ?? null;
    return this.#stepByStep(projected ?? sequence, initial, isThere, { training, masks, ...(projected && { isProjected: true }) });
  }

  /** All steps as one operation, where the cell has one for them. */
  #atOnce(sequence: Tensor, initial: States | null, isThere: Tensor | null, masks: DropoutMasks): Run | null {
    const { cell } = this;
    const time = sequence.shape[1]!;
    if (!cell.wholeSequence || masks.state || !time || (isThere && isThere.rank !== 2)) return null;
    const turned = (x: Tensor): Tensor => (this.flags.goBackwards ? flip(x, 1) : x);
    const mask = isThere && turned(isThere);
    const projected = cell.projectSequence?.(turned(sequence), masks);
    const states = projected && cell.wholeSequence({ projected, initial, mask });
    if (!states) return null;
    const output = this.#maskedSequence(states[0]!, initial, mask);
    return { last: at(output, time - 1), sequence: () => output, states: states.map((state) => at(state, time - 1)) };
  }

  /** Outputs of masked steps: zeros, or those of the step before, which are zeros at the beginning even where the state is given. */
  #maskedSequence(hidden: Tensor, initial: States | null, mask: Tensor | null): Tensor {
    if (!mask) return hidden;
    if (this.#zeroesMasked) return where(expandDims(mask, 2), hidden, 0);
    return initial ? where(expandDims(greater(cumsum(cast(mask, "int32"), { axis: 1 }), 0), 2), hidden, 0) : hidden;
  }

  #stepByStep(inputs: Nested, initial: States, isThere: Tensor | null, options: CellOptions): Run {
    const { goBackwards } = this.flags;
    const length = this.#lengthOf(inputs);
    const time = length ?? 1;
    const outputs: Nested[] = [];
    let states = initial;
    for (let i = 0; i < time; i++) {
      const step = goBackwards ? time - 1 - i : i;
      const [output, next] = this.#step(
        mapTree(inputs, (input) => at(input, step)),
        states,
        options,
      );
      const present = isThere && at(isThere, step);
      outputs.push(present ? this.#masked(output, outputs.at(-1), present) : output);
      states = present ? mapStates(next, (now, before) => where(fitted(present, now), now, before), states) : next;
    }
    const last = outputs.at(-1)!;
    const whole = (): Nested =>
      length === null
        ? mapTree(last, ({ shape, dtype }) => symbolic({ shape: [shape[0]!, null, ...shape.slice(1)], dtype }))
        : (mapStructure((...steps: Tensor[]) => stack(steps, 1), ...outputs) as Nested);
    return { last, sequence: whole, states };
  }

  /** How many steps there are: as many in all inputs. @throws ShapeError otherwise */
  #lengthOf(inputs: Nested): number | null {
    const lengths = leaves<Tensor>(inputs).map(({ shape }) => shape[1]!);
    const isKnown = lengths.filter((length) => length !== null);
    if (new Set(isKnown).size <= 1) return lengths.length === isKnown.length ? isKnown[0]! : null;
    throw new ShapeError(this.name, { given: `inputs of ${isKnown.join(" and ")} steps`, expected: "as many in all of them" });
  }

  #step(x: Nested, states: States, options: CellOptions): [Nested, States] {
    const call = this.cell as unknown as (x: Nested, states: States, options: CellOptions) => [Nested, States];
    const [output, next] = call(x, states, options);
    return [output, inList(next)];
  }

  get #zeroesMasked(): boolean {
    return this.flags.zeroOutputForMask || this.forcedZeroOutput;
  }

  /** Where a step is masked: the output before, or zeros. */
  #masked(output: Nested, before: Nested | undefined, present: Tensor): Nested {
    const zeroes = this.#zeroesMasked || !before;
    return mapStates(output, (now, last) => where(fitted(present, now), now, zeroes ? zerosLike(now) : last), before);
  }
}

/** One state in a list; lists and records stay. */
const inList = (states: States): States => (isBranch(states) ? states : [states as Tensor]);

/** Step `index` of `[batch, time, …]`. */
function at(sequence: Tensor, index: number): Tensor {
  const begin = sequence.shape.map((_, axis) => (axis === 1 ? index : 0));
  const size = sequence.shape.map((_, axis) => (axis === 1 ? 1 : -1));
  const step = sequence.shape[1] === null ? sequence : slice(sequence, begin, size);
  return sequence.shape[1] === null
    ? symbolic({ shape: [sequence.shape[0]!, ...sequence.shape.slice(2)], dtype: sequence.dtype })
    : reshape(step, [sequence.shape[0]!, ...sequence.shape.slice(2)]);
}

/** A mask of a step with axes for those of a tensor. */
function fitted(mask: Tensor, like: Tensor): Tensor {
  return mask.rank === like.rank
    ? mask
    : expandDims(
        mask,
        Array.from({ length: like.rank - mask.rank }, (_, i) => mask.rank + i),
      );
}

const cellField = field<Layer | readonly Layer[] | object, Layer>({
  expected: "a cell, or an array of cells",
  takesObjects: true,
  parse(value) {
    if (Array.isArray(value)) return new StackedRNNCells(value as Layer[]) as unknown as Layer;
    const cell = isPlainObject(value) ? deserializeKerasObject(value) : value;
    return cell instanceof Layer && "stateSize" in cell ? (cell as unknown as Layer) : invalid;
  },
  serialize: (cell) => serializeKerasObject(cell),
});

const sequenceSpec = new InputSpec({ minNdim: 3 });

/**
 * Applies a cell to the steps of `[batch, time, features]`. Keras: keras.layers.RNN
 *
 * ```ts
 * new keras.layers.RNN(new keras.layers.GRUCell(4))(tf.ones([2, 3, 5])).shape; // [2, 4]
 * ```
 */
export class RNN extends BaseRNN<typeof RNN.options> {
  static override readonly options = layerOptions.extend(["cell", "returnSequences", "returnState", "goBackwards", "stateful"], {
    cell: cellField,
    ...rnnFields,
  });
  override readonly cell = this.options.cell as unknown as Cell;

  /** Each of its inputs is a sequence. */
  protected override checkInputs(inputs: unknown): void {
    for (const each of leaves(inputs)) checkInput(this.name, sequenceSpec, each);
  }
}

export interface RNN extends LayerAttributes<typeof RNN.options> {}

registerClasses("keras.layers", { RNN });
