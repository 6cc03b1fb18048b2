// The tensor of a functional model, which remembers the call that made it.

import { defaults } from "../../core/defaults.js";
import { MAX_DEPTH } from "../../core/tree.js";
import type { Dtype } from "../../core/dtype.js";
import { type Shape, shapeText } from "../../core/shape.js";
import { declare } from "../../core/operation.js";
import { ArgumentError, text } from "../../core/errors.js";
import { checkOptions } from "../../core/options.js";
import { uniqueName } from "../../config/index.js";
import { Tensor, type Spec } from "../../core/tensor.js";
import type { Operation } from "./node.js";

/** Which call of which operation made a Keras tensor, and as which of its outputs. */
export interface History {
  readonly operation: Operation;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** What `new keras.KerasTensor` takes beside a shape. */
export interface KerasTensorOptions {
  /** Default: "float32". */
  readonly dtype?: Dtype;
  readonly name?: string | null;
  /** Whether it stands for a sparse tensor. Default: false. */
  readonly sparse?: boolean;
  /** Here for Keras's sake: no Keras tensor stands for ragged rows, and all may be recorded. */
  readonly ragged?: false;
  readonly recordHistory?: boolean;
  readonly raggedRank?: null;
  readonly rowSplitsDtype?: null;
}

const known = ["dtype", "sparse", "ragged", "recordHistory", "name", "raggedRank", "rowSplitsDtype"];

/**
 * A symbolic tensor of a model under construction: it knows the layer call that made it. Made by `keras.Input` and by calls of layers; by
 * itself, of a shape, it stands for what a computation would give: `new keras.KerasTensor([null, 3], { dtype: "int32" })`.
 *
 * ```ts
 * new keras.KerasTensor([null, 3]).shape; // [null, 3]
 * ```
 */
export class KerasTensor extends Tensor {
  history?: History;
  /** Whether it stands for a sparse tensor: an input of a model may. */
  readonly sparse: boolean;

  /** A shape with its dtype or options; or a shape and dtype with a name. */
  constructor(given: Spec | Shape, ...options: readonly [options?: string | KerasTensorOptions]) {
    const [first = {}] = options;
    const named = typeof first === "string" ? { [Array.isArray(given) ? "dtype" : "name"]: first } : first;
    checkOptions("KerasTensor", [named, ...options.slice(1)], 0, known);
    const { dtype = defaults.floatx, name, sparse = false, ragged = false } = named as KerasTensorOptions;
    if (ragged) throw new ArgumentError("KerasTensor.ragged", { given: "true", expected: "false" });
    if (typeof given !== "object" || given === null)
      throw new ArgumentError("KerasTensor.shape", { given: text(given), expected: "lengths of axes, null where one is open" });
    super(Array.isArray(given) ? { shape: given, dtype } : { shape: (given as Spec).shape, dtype: (given as Spec).dtype }, null);
    this.sparse = sparse;
    this.name = name ?? uniqueName("keras_tensor");
  }

  /** The number of axes. */
  override get ndim(): number {
    return this.rank;
  }

  /** Whether it stands for rows of different lengths: none does. */
  get ragged(): boolean {
    return false;
  }

  get raggedRank(): null {
    return null;
  }

  get rowSplitsDtype(): null {
    return null;
  }

  /** What it is, as Keras's configs have it. */
  override toJSON(): never {
    return { class_name: "__keras_tensor__", config: { shape: this.shape, dtype: this.dtype, name: this.name } } as never;
  }

  override get isOfModel(): boolean {
    return true;
  }

  override toString(): string {
    return `<KerasTensor shape=${shapeText(this.shape)}, dtype=${this.dtype}, name=${this.name}>`;
  }
}

/**
 * Whether a value is a Keras tensor: one of a model under construction. Keras: keras.utils.is_keras_tensor
 *
 * ```ts
 * keras.backend.isKerasTensor(keras.Input({ shape: [3] })); // true
 * ```
 */
export const isKerasTensor = declare("utils.isKerasTensor(x)", (x: unknown): x is KerasTensor => x instanceof KerasTensor);

/** Whether any leaf of the values is a Keras tensor. */
export function holdsKerasTensor(value: unknown, depth = 0): boolean {
  if (value instanceof KerasTensor) return true;
  // What is deeper holds itself, and whoever reads it says so.
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || depth > MAX_DEPTH) return false;
  const holds = (item: unknown) => holdsKerasTensor(item, depth + 1);
  if (Array.isArray(value)) return typeof value[0] !== "number" && value.some(holds);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).some(holds);
}
