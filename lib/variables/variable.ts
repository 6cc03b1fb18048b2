import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { type Dtype, type TypedArray } from "../core/dtype.js";
import { DtypeError, ShapeError, StateError } from "../core/errors.js";
import { currentTrace, isTracing, recordingOnly, type Recorder } from "../core/interpreter.js";
import { printArray } from "../core/print.js";
import { sameShape, shapeText } from "../core/shape.js";
import { State } from "../core/state.js";
import { Chainable, type NestedArray, type Tensor } from "../core/tensor.js";
import { add, subtract } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { assign, read } from "../ops/state/assign.js";

export interface VariableOptions {
  /** Default: the dtype of the initial value. */
  dtype?: Dtype;
  name?: string;
  /** Whether tapes watch it by themselves. Default: true. */
  trainable?: boolean;
}

/** A trace that wants to know of variables made under it. */
interface CreationWatcher extends Recorder {
  created?(variable: Variable): void;
}

/** Runs the action outside of every tape and trace: for values that are made once, such as initial weights. */
export const initScope = <T>(action: () => T): T => recordingOnly(() => false, action);

/**
 * A tensor that can be assigned: weights, optimizer state, counters.
 *
 * ```ts
 * const w = tf.variable([[1.0]]);
 * w.assignAdd([[2]]);
 * w.array();   // [[3]]
 * ```
 */
export class Variable extends Chainable {
  readonly state: State;
  name: string;
  /** Applied after every update by an optimizer. */
  constraint: ((value: Tensor) => Tensor) | null = null;

  /** @param initial  the first value, or a function that makes it (run outside of tapes and traces) */
  constructor(initial: TensorLike | (() => TensorLike), { dtype, name = "Variable", trainable = true }: VariableOptions = {}) {
    super();
    this.name = name;
    const kept = checkedDtype(dtype);
    const value =
      typeof initial === "function" ? initScope(() => asTensor((initial as () => TensorLike)(), kept)) : asTensor(initial, kept);
    if (value.isSymbolic) {
      throw new StateError(`variable ${name}`, {
        given: `the symbolic initial value ${value.toString()}`,
        expected: "a value that is known when the variable is made",
        hint: "Pass a function that makes the initial value.",
      });
    }
    const typed = kept && value.dtype !== kept ? initScope(() => cast(value, kept)) : value;
    this.state = new State(typed.shape as readonly number[], typed.dtype);
    this.state.load(typed.view());
    this.state.trainable = trainable;
    (currentTrace() as CreationWatcher | undefined)?.created?.(this);
  }

  get shape(): readonly number[] {
    return this.state.shape;
  }
  get dtype(): Dtype {
    return this.state.dtype;
  }
  get rank(): number {
    return this.state.shape.length;
  }
  get size(): number {
    return this.state.size;
  }
  get trainable(): boolean {
    return this.state.trainable;
  }
  set trainable(on: boolean) {
    this.state.trainable = on;
  }

  /** The present value; it does not change when the variable does. */
  override value(): Tensor {
    return read(this.state);
  }

  /** Replaces the value. @throws ShapeError, DtypeError where it does not fit */
  assign(value: TensorLike): this {
    assign(this.state, this.#fitting("assign", value));
    return this;
  }
  /** Adds to the value. */
  assignAdd(delta: TensorLike): this {
    assign(this.state, this.#fitting("assignAdd", add(this, this.#like(delta))));
    return this;
  }
  /** Subtracts from the value. */
  assignSub(delta: TensorLike): this {
    assign(this.state, this.#fitting("assignSub", subtract(this, this.#like(delta))));
    return this;
  }

  /** The elements as a flat typed array, a copy. */
  data(): TypedArray {
    this.#checkNow("data()");
    return this.state.view().slice();
  }
  /** The elements as nested arrays. */
  array(): NestedArray {
    this.#checkNow("array()");
    return this.state.snapshot().array();
  }
  /** The only element. */
  item(): number {
    this.#checkNow("item()");
    return this.state.snapshot().item();
  }

  /** Elements in a trace would be those of the moment when it is traced, for ever. @throws StateError there */
  #checkNow(asked: string): void {
    if (!isTracing()) return;
    throw new StateError(`${this.name}.${asked}`, {
      given: "a variable inside a traced function",
      expected: "a variable whose elements are wanted now",
      hint: "Compute with value(), which is read whenever the function runs (tf.where, tf.cond), or take the elements outside of the function.",
    });
  }

  #like(value: TensorLike): Tensor {
    return asTensor(value, value instanceof Chainable ? undefined : this.dtype);
  }

  #fitting(method: string, value: TensorLike): Tensor {
    const tensor = this.#like(value);
    const where = `${this.name}.${method}`;
    if (tensor.dtype !== this.dtype)
      throw new DtypeError(where, { given: `a value of dtype ${tensor.dtype}`, expected: this.dtype, hint: "Cast it first." });
    if (!sameShape(tensor.shape, this.shape))
      throw new ShapeError(where, { given: `a value of shape ${shapeText(tensor.shape)}`, expected: shapeText(this.shape) });
    return tensor;
  }

  override toString(): string {
    const tuple = `(${this.shape.join(", ")}${this.rank === 1 ? "," : ""})`;
    return `<tf.Variable '${this.name}:0' shape=${tuple} dtype=${this.dtype}, numpy=${printArray(this.state.view(), this.shape, this.dtype)}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A variable with an initial value. */
export const variable = (initial: TensorLike | (() => TensorLike), options?: VariableOptions): Variable => new Variable(initial, options);
