// Tensors that can be assigned.

import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { type Dtype, type TypedArray } from "../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, StateError, text } from "../core/errors.js";
import { currentTrace, isTracing, recordingOnly, type Recorder } from "../core/interpreter.js";
import { printArray } from "../core/print.js";
import { asReplica, isInReplica, replica, scopeGroup, split, type Group } from "../core/replicas.js";
import { sameShape, shapeText } from "../core/shape.js";
import { State } from "../core/state.js";
import { Chainable, type NestedArray, type Tensor } from "../core/tensor.js";
import { allReduce, broadcast } from "../ops/collective/all-reduce.js";
import { add, divide, subtract } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { assign, read } from "../ops/state/assign.js";

export interface VariableOptions {
  /** Default: the dtype of the initial value. */
  dtype?: Dtype;
  name?: string;
  /** Whether tapes watch it by themselves. Default: true. */
  trainable?: boolean;
  /** When values of several replicas meet: when it is written ("auto"), or when it is read outside of them ("on_read"). Default: "auto". */
  synchronization?: VariableSynchronization;
  /** How values of several replicas become one. Default: "none", what the first replica has. */
  aggregation?: VariableAggregation;
}

export type VariableSynchronization = "auto" | "none" | "on_write" | "on_read";
export type VariableAggregation = "none" | "sum" | "mean" | "only_first_replica";

const synchronizations: readonly VariableSynchronization[] = ["auto", "none", "on_write", "on_read"];
const aggregations: readonly VariableAggregation[] = ["none", "sum", "mean", "only_first_replica"];

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
  readonly synchronization: VariableSynchronization;
  readonly aggregation: VariableAggregation;
  /** The replicas that it was made for: those of the strategy in whose scope it was made. */
  readonly group: Group;

  /** @param initial  the first value, or a function that makes it (run outside of tapes and traces) */
  constructor(initial: TensorLike | (() => TensorLike), options: VariableOptions = {}) {
    super();
    const { dtype, name = "Variable", trainable = true, synchronization = "auto", aggregation = "none" } = options;
    this.name = name;
    this.synchronization = oneOf(`${name}.synchronization`, synchronization, synchronizations);
    this.aggregation = oneOf(`${name}.aggregation`, aggregation, aggregations);
    this.group = scopeGroup();
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
    const { group } = this;
    this.state.load(
      (group.local < group.count ? initScope(() => asReplica({ id: group.id, group }, () => broadcast(typed))) : typed).view(),
    );
    this.state.trainable = trainable;
    if (synchronization === "on_read") split(this.state, group.local);
    group.created?.(this);
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
    return this.group.count === 1 || isInReplica() ? read(this.state) : this.#together();
  }

  /** The value as it is outside of replicas: theirs together where they meet when it is read, else the first one's. */
  #together(): Tensor {
    const { group, aggregation } = this;
    const own = read(this.state);
    if (this.synchronization !== "on_read" || aggregation === "none") return own;
    if (group.local === 1) {
      return asReplica({ id: group.id, group }, () =>
        aggregation === "only_first_replica" ? broadcast(own) : allReduce(own, aggregation),
      );
    }
    if (aggregation === "only_first_replica") return own;
    const sum = this.state.others.reduce((all, other) => add(all, read(other)), own);
    return aggregation === "sum" ? sum : divide(sum, group.count);
  }

  /** Replaces the value. @throws ShapeError, DtypeError where it does not fit */
  assign(value: TensorLike): this {
    this.#write(this.#met(this.#fitting("assign", value)));
    return this;
  }
  /** Adds to the value. */
  assignAdd(delta: TensorLike): this {
    this.#write(this.#fitting("assignAdd", add(this, this.#met(this.#like(delta)))));
    return this;
  }
  /** Subtracts from the value. */
  assignSub(delta: TensorLike): this {
    this.#write(this.#fitting("assignSub", subtract(this, this.#met(this.#like(delta)))));
    return this;
  }

  /** What replicas write becomes one value where the variable says how; elsewhere it is their own. */
  #met(value: Tensor): Tensor {
    const { aggregation } = this;
    if (aggregation === "none" || this.synchronization === "on_read" || !isInReplica() || replica().group.count === 1) return value;
    return aggregation === "only_first_replica" ? broadcast(value) : allReduce(value, aggregation);
  }

  #write(value: Tensor): void {
    const { group, state } = this;
    if (group.count === 1 || isInReplica()) return assign(state, value);
    const isSplit = this.synchronization === "on_read" && this.aggregation === "sum" && value.dtype === "float32";
    const part = isSplit ? divide(value, group.count) : value;
    assign(state, part);
    for (const other of state.others) assign(other, part);
  }

  /** The elements as a flat typed array, a copy. */
  data(): TypedArray {
    this.#checkNow("data()");
    return this.#now().data();
  }
  /** The elements as nested arrays. */
  array(): NestedArray {
    this.#checkNow("array()");
    return this.#now().array();
  }
  /** The only element. */
  item(): number {
    this.#checkNow("item()");
    return this.#now().item();
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

  #now(): Tensor {
    return this.group.count === 1 ? this.state.snapshot() : initScope(() => this.value());
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

function oneOf<T extends string>(where: string, given: T, known: readonly T[]): T {
  if (known.includes(given)) return given;
  throw new ArgumentError(where, { given: text(given), expected: `one of ${known.map((each) => text(each)).join(", ")}` });
}

/** A variable with an initial value. */
export const variable = (initial: TensorLike | (() => TensorLike), options?: VariableOptions): Variable => new Variable(initial, options);
