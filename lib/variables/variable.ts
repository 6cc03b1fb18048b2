// Tensors that can be assigned.

import { checkedFlag, checkFunction, checkOptions, checkThat } from "../core/options.js";
import { asTensor, checkedDtype, type TensorLike } from "../core/convert.js";
import { defaults } from "../core/defaults.js";
import { bytesOfElements, type Dtype, dtypes, isFloat, type TypedArray } from "../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, StateError, text, ValueError } from "../core/errors.js";
import { currentTrace, isRecording, isTracing, recordingOnly, type Recorder } from "../core/interpreter.js";
import { printArray } from "../core/print.js";
import { refuseWrites } from "../core/readonly.js";
import {
  arePartsShown, asReplica, collectives, isInReplica, isMerging, replica, scopeGroup, split, type Group, type Split,
} from "../core/replicas.js"; // prettier-ignore
import { checkLengths, sameShape, shapeText, sizeOf } from "../core/shape.js";
import { State, type Making } from "../core/state.js";
import { adoptTensor, Chainable, type NestedArray, type Tensor } from "../core/tensor.js";
import { add, divide, subtract } from "../ops/elementwise/arithmetic.js";
import { cast } from "../ops/elementwise/cast.js";
import { slice } from "../ops/indexing/slice.js";
import { full, zeros } from "../ops/shaping/create.js";
import { assign, read } from "../ops/state/assign.js";
import { currentScope } from "./name-scope.js";
import { keepWritten, noteRead, noteWritten, standIn } from "./stateless-scope.js";

/** Whether a variable is trained, its name, its dtype, a constraint. */
export interface VariableOptions {
  /** Default: the dtype of the initial value. */
  dtype?: Dtype;
  name?: string;
  /** Whether tapes watch it by themselves. Default: true. */
  trainable?: boolean;
  /** Applied after every update by an optimizer. Default: none. */
  constraint?: ((value: Tensor) => Tensor) | null;
  /** When values of several replicas meet: when it is written ("auto"), or when it is read outside of them ("on_read"). Default: "auto". */
  synchronization?: VariableSynchronization;
  /** How values of several replicas become one. Default: "none", what the first replica has. */
  aggregation?: VariableAggregation;
  /** Its place in a model, by which a layout finds it. Default: the name. */
  path?: string;
  /** The variable whose elements this one goes with: split where that one is. */
  like?: Variable;
  /**
   * The shape, where the first value can wait until it is wanted: `initial` is a function that gives this shape whenever it is called, or a
   * number that every element is. Takes a dtype.
   */
  shape?: readonly number[];
}

const variableOptions: readonly (keyof VariableOptions)[] = [
  "dtype", "name", "trainable", "constraint", "synchronization", "aggregation", "path", "like", "shape",
]; // prettier-ignore

export type VariableSynchronization = "auto" | "none" | "on_write" | "on_read";
export type VariableAggregation = "none" | "sum" | "mean" | "only_first_replica";

/** What the values of several replicas become. */
const metBy = (value: Tensor, aggregation: Exclude<VariableAggregation, "none">): Tensor =>
  aggregation === "only_first_replica" ? collectives().broadcast(value) : collectives().allReduce([value], aggregation)[0]!;

const synchronizations: readonly VariableSynchronization[] = ["auto", "none", "on_write", "on_read"];
const aggregations: readonly VariableAggregation[] = ["none", "sum", "mean", "only_first_replica"];

/** A trace that wants to know of variables made under it. */
interface CreationWatcher extends Recorder {
  created?(variable: Variable): void;
}

/**
 * Runs the action outside of every tape and trace: for values that are made once, such as initial weights. TensorFlow: tf.init_scope
 *
 * ```ts
 * tf.initScope(() => tf.executingEagerly()); // true
 * ```
 */
export function initScope<T>(action: () => T): T {
  checkFunction("initScope", action);
  return recordingOnly(() => false, action);
}

/** The half that float variables are read as by the layer whose call runs; null: as they are; undefined: no layer around says so. */
let autocast: Dtype | null | undefined;

/** Whether a layer around says how float variables are read. */
export const isReadingAs = (): boolean => autocast !== undefined;

/** Runs actions later with float variables read as they are read here. */
export function readingAsHere(): <T>(action: () => T) => T {
  const there = autocast;
  return (action) => readingAs(there, action);
}

/** Runs the action while float variables are read in this dtype: a layer that computes in a half. Keras: AutocastScope */
export function readingAs<T>(dtype: Dtype | null | undefined, action: () => T): T {
  const before = autocast;
  if (before === dtype) return action();
  autocast = dtype;
  try {
    return action();
  } finally {
    autocast = before;
  }
}

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
  /** Whether layers that compute in a half read it in that half. */
  autocast = true;
  /** Whether an optimizer puts the gradient in its place instead of a step. Keras: overwrite_with_gradient */
  overwriteWithGradient = false;
  #constraint: ((value: Tensor) => Tensor) | null = null;
  readonly synchronization: VariableSynchronization;
  readonly aggregation: VariableAggregation;
  /** The replicas that it was made for: those of the strategy in whose scope it was made. */
  readonly group: Group;
  /** The axis along which it is split over the replicas of its group: `state` is this replica's part. Null: each replica has all of it. */
  get splitAxis(): number | null {
    return this.split?.axis ?? null;
  }
  /** How it is split over them. */
  readonly split: Split | null;
  /** Whether it was made to be trained: its place among the weights of a layer, also where that is frozen. */
  readonly madeTrainable: boolean;
  readonly #shape: readonly number[];

  static {
    refuseWrites(Variable.prototype, "variable", {
      value: "variable.assign(value)",
      shape: "a variable of the shape that it was made with",
      dtype: "a variable of the dtype that it was made with",
    });
  }

  /** @param initial  the first value, or a function that makes it (run outside of tapes and traces); see `options.shape` */
  constructor(initial: TensorLike | (() => TensorLike), options: VariableOptions = {}) {
    super();
    checkOptions(new.target.name, arguments, 1, variableOptions);
    const { dtype, synchronization = "auto", aggregation = "none" } = options;
    const name: unknown = options.name ?? "Variable";
    checkThat(typeof name === "string", "variable.name", name, "a string");
    const trainable = checkedFlag(`${name}.trainable`, options.trainable ?? true);
    this.name = currentScope() + name;
    this.madeTrainable = trainable;
    this.constraint = options.constraint ?? null;
    this.synchronization = oneOf(`${name}.synchronization`, synchronization, synchronizations);
    this.aggregation = oneOf(`${name}.aggregation`, aggregation, aggregations);
    this.group = scopeGroup();
    if (synchronization === "none" && this.group.count > 1)
      throw new ValueError(`${name}.synchronization`, {
        given: '"none" in the scope of a strategy',
        expected: '"auto", "on_write" or "on_read"',
        hint: "With on_read each replica has a value of its own.",
      });
    const kept = checkedDtype(dtype);
    const shape = options.shape ?? undefined;
    if (shape !== undefined) checkLengths(shape, `${name}.shape`);
    const made = (): Tensor => {
      if (typeof initial === "function") return initScope(() => ofDtype(asTensor(initial(), kept), kept));
      return shape && typeof initial === "number" ? full(shape, initial, { dtype: kept ?? defaults.floatx }) : asTensor(initial, kept);
    };
    if (shape && kept && this.group.count === 1 && (typeof initial === "number" || typeof initial === "function")) {
      this.#shape = shape;
      this.split = null;
      const inParts = (initial as Making).inParts;
      this.state = new State(shape, kept, typeof initial === "number" ? initial : Object.assign(made, { inParts }));
      this.#created(trainable);
      return;
    }
    const value = made();
    if (value.isSymbolic) {
      throw new StateError(`variable ${name}`, {
        given: `the symbolic initial value ${value.toString()}`,
        expected: "a value that is known when the variable is made",
        hint: "Pass a function that makes the initial value.",
      });
    }
    const typed = initScope(() => ofDtype(value, kept));
    this.#shape = typed.shape as readonly number[];
    this.split = options.like ? options.like.split : (this.group.split?.(options.path ?? name, this.#shape) ?? null);
    this.state = new State(this.#partShape(), typed.dtype);
    const { group } = this;
    const agreed =
      group.local < group.count ? initScope(() => asReplica({ id: group.id, group }, () => collectives().broadcast(typed))) : typed;
    this.state.load(this.#partOf(agreed).view());
    this.#created(trainable);
  }

  #created(trainable: boolean): void {
    const { group, synchronization } = this;
    this.state.trainable = trainable;
    this.state.owner = this;
    if (synchronization === "on_read") split(this.state, group.local);
    group.created?.(this);
    (currentTrace() as CreationWatcher | undefined)?.created?.(this);
  }

  get shape(): readonly number[] {
    return arePartsShown() ? this.state.shape : this.#shape;
  }

  #partShape(): readonly number[] {
    const { split } = this;
    return split === null ? this.#shape : this.#shape.map((length, i) => (i === split.axis ? length / split.parts : length));
  }

  /** This replica's part of a value of the whole variable. */
  #partOf(value: Tensor): Tensor {
    return this.splitAxis === null ? value : initScope(() => this.#partOfWritten(value));
  }

  #partOfWritten(whole: Tensor): Tensor {
    const { axis, index } = this.split!;
    const shape = this.#partShape();
    return slice(whole, shape.map((length, i) => (i === axis ? index * length : 0)), shape); // prettier-ignore
  }
  get dtype(): Dtype {
    return this.state.dtype;
  }
  get rank(): number {
    return this.#shape.length;
  }
  /** The number of axes. The same as `rank`. */
  get ndim(): number {
    return this.rank;
  }
  get size(): number {
    return sizeOf(this.shape);
  }
  get trainable(): boolean {
    return this.state.trainable;
  }
  set trainable(on: boolean) {
    this.state.trainable = checkedFlag(`${this.name}.trainable`, on);
  }

  /** Applied after every update by an optimizer. */
  get constraint(): ((value: Tensor) => Tensor) | null {
    return this.#constraint;
  }
  set constraint(value: ((value: Tensor) => Tensor) | null) {
    checkThat(value === null || typeof value === "function", `${this.name}.constraint`, value, "a function of the value, or null");
    this.#constraint = value;
  }

  /** The present value; it does not change when the variable does. */
  override value(): Tensor {
    const value = standIn(this) ?? this.#present();
    noteRead(this, value);
    return autocast && this.autocast && isFloat(value.dtype) ? cast(value, autocast) : value;
  }

  #present(): Tensor {
    if (this.group.count === 1) return read(this.state);
    if (this.splitAxis !== null) return arePartsShown() ? read(this.state) : this.#gathered();
    return isInReplica() ? read(this.state) : this.#together();
  }

  /** The whole of a variable that is split: the parts of all replicas. */
  #gathered(): Tensor {
    const { group, split } = this;
    const gather = () => group.whole!(read(this.state), split!);
    return isInReplica() ? gather() : asReplica({ id: group.id, group }, gather);
  }

  /** The elements of all of it, for files. Where it is split, every process has to ask. */
  elements(): TypedArray {
    if (this.splitAxis !== null) return initScope(() => this.#gathered()).data();
    return this.state.others.length > 0 ? this.#now().data() : this.state.view();
  }

  /** A copy of the elements of all of it as files have them: halves in two bytes. */
  fileBytes(): Uint8Array {
    const elements = this.elements();
    const bytes = bytesOfElements(this.dtype, elements);
    return bytes.buffer === elements.buffer ? bytes.slice() : bytes;
  }

  /** Takes over the elements of all of it, from a file. */
  loadElements(elements: ArrayLike<number>): void {
    if (this.splitAxis === null) {
      this.state.load(elements);
      // What is summed when it is read stands with the first replica.
      if (this.synchronization === "on_read" && this.aggregation === "sum")
        for (const other of this.state.others) other.load(new Uint8Array(other.size));
      return;
    }
    const whole = new dtypes[this.dtype].array(elements.length);
    whole.set(elements);
    this.state.load(this.#partOf(adoptTensor(whole, this.#shape, this.dtype)).view());
  }

  /** The same as `value()`. TensorFlow: read_value. */
  readValue(): Tensor {
    return this.value();
  }

  /** The value as it is outside of replicas: theirs together where they meet when it is read, else the first one's. */
  #together(): Tensor {
    const { group, aggregation } = this;
    const own = read(this.state);
    if (this.synchronization !== "on_read" || group.count === 1) return own;
    if (aggregation === "none")
      throw new ValueError(this.name, {
        given: "a read outside of replicas, each of which has a value of its own",
        expected: "an aggregation: sum, mean or only_first_replica",
        hint: "strategy.experimentalLocalResults(variable) gives each one's.",
      });
    if (group.local === 1) {
      return asReplica({ id: group.id, group }, () => metBy(own, aggregation));
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
  /** Sets all elements to 0. */
  clear(): this {
    // Where nobody is told of it, it needs no tensor of zeros.
    if (this.group.count > 1 || isRecording()) return this.assign(zeros(this.shape, { dtype: this.dtype }));
    this.state.clear();
    return this;
  }
  /** Adds to the value. */
  assignAdd(delta: TensorLike): this {
    this.#write(this.#fitting("assignAdd", add(this, this.#met(this.#ofDtype("assignAdd", delta)))));
    return this;
  }
  /** Subtracts from the value. */
  assignSub(delta: TensorLike): this {
    this.#write(this.#fitting("assignSub", subtract(this, this.#met(this.#ofDtype("assignSub", delta)))));
    return this;
  }

  /** What replicas write becomes one value where the variable says how; elsewhere it is their own. */
  #met(value: Tensor): Tensor {
    const { aggregation } = this;
    if (aggregation === "none" || this.synchronization === "on_read") return value;
    if (!isInReplica() || isMerging() || replica().group.count === 1) return value;
    return metBy(value, aggregation);
  }

  #write(whole: Tensor): void {
    noteWritten(this);
    if (keepWritten(this, whole)) return;
    const { group, state } = this;
    const value = this.splitAxis === null || arePartsShown() ? whole : this.#partOfWritten(whole);
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
  array<Nested = any>(): Nested {
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

  #ofDtype(method: string, value: TensorLike): Tensor {
    const tensor = this.#like(value);
    if (tensor.dtype === this.dtype) return tensor;
    throw new DtypeError(`${this.name}.${method}`, {
      given: `a value of dtype ${tensor.dtype}`,
      expected: this.dtype,
      hint: "Cast it first.",
    });
  }

  #fitting(method: string, value: TensorLike): Tensor {
    const tensor = this.#ofDtype(method, value);
    const where = `${this.name}.${method}`;
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

const ofDtype = (value: Tensor, dtype: Dtype | undefined): Tensor => (dtype ? cast(value, dtype) : value);

/**
 * A variable with an initial value.
 *
 * ```ts
 * const v = tf.variable([1, 2]);
 * v.assignAdd([10, 10]);
 * v; // [11, 12]
 * ```
 */
export const variable = (initial: TensorLike | (() => TensorLike), options?: VariableOptions): Variable => new Variable(initial, options);
