// Signatures: when two calls of a traced function may share a trace.

import type { Dtype } from "../core/dtype.js";
import { checkedDtype, constant, type TensorLike } from "../core/convert.js";
import { isPullable, type Pullable } from "../core/pulls.js";
import { checkLengths, shapeText, type Shape } from "../core/shape.js";
import { Strings } from "../core/strings.js";
import { Tensor, type Spec } from "../core/tensor.js";
import { isBranch, isComposite, parts, checkDepth } from "../core/tree.js";

/**
 * What a traced function accepts for a tensor argument: `new tf.TensorSpec([null, 784], "float32")`; a shape of null is any shape.
 *
 * ```ts
 * new tf.TensorSpec([null, 3], "float32").shape; // [null, 3]
 * ```
 */
export class TensorSpec {
  constructor(
    readonly shape: Shape | null = null,
    /** "string" in specs of datasets alone. */
    readonly dtype: Dtype | "string" = "float32",
    readonly name?: string,
  ) {
    if (shape !== null) checkLengths(shape, "TensorSpec.shape");
    if (dtype !== "string") checkedDtype(dtype);
  }

  accepts({ shape, dtype }: Pick<Spec, "shape"> & { readonly dtype: Dtype | "string" }): boolean {
    if (dtype !== this.dtype) return false;
    return (
      this.shape === null || (this.shape.length === shape.length && this.shape.every((length, i) => length === null || length === shape[i]))
    );
  }

  toString(): string {
    return `TensorSpec(shape=${this.shape ? shapeText(this.shape) : "null"}, dtype=${this.dtype})`;
  }
}

/** The arguments of a call, taken apart: tensors in order, and how to put others in their place. */
export interface Flattened {
  /** Equal for calls that may share a trace. */
  readonly key: string;
  /** The key's parts, one for each argument. */
  readonly keys: readonly string[];
  readonly tensors: readonly Tensor[];
  /** Strings in order, where a call takes them apart from what it is traced for. */
  readonly texts: readonly Strings[];
  /** A name for each tensor, from the parameter it came with. */
  readonly names: readonly string[];
  /** Iterators whose elements are taken by the function: others may stand in their place. */
  readonly iterators: readonly Pullable[];
  /** @param texts  in the place of strings; without them strings stay */
  rebuild(tensors: readonly Tensor[], texts?: readonly Tensor[]): unknown[];
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

function identity(object: object): number {
  let id = identities.get(object);
  if (id === undefined) identities.set(object, (id = nextIdentity++));
  return id;
}

const isTypedArray = (value: unknown): value is Float32Array => ArrayBuffer.isView(value) && !(value instanceof DataView);

/**
 * @param spec        the key of a tensor: its dtype and shape, or less where a signature was given
 * @param takesTexts  whether strings are taken out as tensors are; else they are values that the key names
 */
export function flatten(
  args: readonly unknown[],
  parameters: readonly string[],
  spec: (tensor: Tensor, index: number) => string,
  takesTexts = false,
): Flattened {
  const tensors: Tensor[] = [];
  const texts: Strings[] = [];
  const names: string[] = [];
  const iterators: Pullable[] = [];
  args.forEach((value, i) => checkDepth(parameters[i] ?? "argument", value));
  const keyOf = (value: unknown, name: string): string => {
    if (value instanceof Tensor || isTypedArray(value)) {
      const tensor = value instanceof Tensor ? value : constant(value as TensorLike);
      tensors.push(tensor);
      names.push(name);
      return spec(tensor, tensors.length - 1);
    }
    if (takesTexts && value instanceof Strings) {
      texts.push(value);
      return `string[${value.shape.join()}]`;
    }
    if (isPullable(value)) {
      const at = iterators.indexOf(value);
      return `~${at < 0 ? iterators.push(value) - 1 : at}`;
    }
    if (isComposite(value))
      return `<${value[parts]()
        .values.map((each) => keyOf(each, name))
        .join()}>`;
    if (isBranch(value)) {
      const entries = Object.entries(value).map(
        ([key, each]) => `${Array.isArray(value) ? "" : `${key}:`}${keyOf(each, Array.isArray(value) ? name : key)}`,
      );
      return Array.isArray(value) ? `[${entries.join()}]` : `{${entries.join()}}`;
    }
    if ((typeof value === "object" && value !== null) || typeof value === "function") return `#${identity(value)}`;
    return typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
  };
  const keys = args.map((arg, i) => keyOf(arg, parameters[i] ?? `args_${i}`));
  return {
    key: keys.join(),
    keys,
    tensors,
    texts,
    names,
    iterators,
    rebuild(replacements, ofTexts) {
      let next = 0;
      let nextText = 0;
      const rebuilt = (value: unknown): unknown => {
        if (value instanceof Tensor || isTypedArray(value)) return replacements[next++];
        if (ofTexts && value instanceof Strings) return ofTexts[nextText++];
        if (isComposite(value)) {
          const { values, like } = value[parts]();
          return like(values.map(rebuilt));
        }
        if (Array.isArray(value)) return value.map(rebuilt);
        if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([k, each]) => [k, rebuilt(each)]));
        return value;
      };
      return args.map(rebuilt);
    },
  };
}

/** The tensors of a result, and a way to make the result anew from others. */
export function flattenResult<R>(result: R): { tensors: Tensor[]; rebuild(tensors: readonly Tensor[]): R } {
  const { tensors, rebuild } = flatten([result], ["result"], () => "");
  return { tensors: [...tensors], rebuild: (others) => rebuild(others)[0] as R };
}

/** Names of a function's parameters, as far as its text shows them; for messages only. */
export function parameterNames(fn: (...args: never[]) => unknown): string[] {
  const source = String(fn);
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  const list = single?.[1] ?? /^[^(]*\(([^)]*)/.exec(source)?.[1] ?? "";
  return list
    .split(",")
    .map((part) => /^\s*(?:\.\.\.)?([\w$]+)/.exec(part)?.[1] ?? "")
    .filter(Boolean);
}

/** What tells tensors apart in a key: dtype and shape. */
export const specKey = ({ shape, dtype }: Spec): string => `${dtype}[${shape.join()}]`;
