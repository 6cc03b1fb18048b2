// The tensor of a functional model, which remembers the call that made it.

import { MAX_DEPTH } from "../../core/tree.js";
import { declare } from "../../core/operation.js";
import { uniqueName } from "../../config/index.js";
import { Tensor, type Spec } from "../../core/tensor.js";
import type { Operation } from "./node.js";

/** Which call of which operation made a Keras tensor, and as which of its outputs. */
export interface History {
  readonly operation: Operation;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A symbolic tensor of a model under construction: it knows the layer call that made it. */
export class KerasTensor extends Tensor {
  history?: History;

  constructor(spec: Spec, name: string = uniqueName("keras_tensor")) {
    super({ shape: spec.shape, dtype: spec.dtype }, null);
    this.name = name;
  }

  /** What it is, as Keras's configs have it. */
  override toJSON(): never {
    return { class_name: "__keras_tensor__", config: { shape: this.shape, dtype: this.dtype, name: this.name } } as never;
  }

  override get isOfModel(): boolean {
    return true;
  }

  override toString(): string {
    return `<KerasTensor shape=[${this.shape.join(", ")}], dtype=${this.dtype}, name=${this.name}>`;
  }
}

/** Whether a value is a Keras tensor: one of a model under construction. Keras: keras.utils.is_keras_tensor */
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
