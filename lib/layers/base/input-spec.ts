// keras.layers.InputSpec: what a layer demands of its inputs, checked before it is built.

import { checkOptions } from "../../core/options.js";
import { DtypeError, ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { Strings } from "../../core/strings.js";
import { Tensor } from "../../core/tensor.js";
import { type Config, isPlainObject, type Json, toCamelCase } from "../../config/index.js";
import { flatten } from "../functional/structure.js";

/** What an input has to be: rank, dtype, shape, lengths of single axes. */
export interface InputSpecOptions {
  readonly dtype?: string;
  readonly shape?: Shape;
  readonly ndim?: number;
  readonly minNdim?: number;
  readonly maxNdim?: number;
  /** Lengths of single axes, by axis. */
  readonly axes?: Readonly<Record<number, number | null>>;
  /** The key of this input in a record of inputs. */
  readonly name?: string;
  /** Whether null will do. */
  readonly optional?: boolean;
  /** Whether a last axis of length 1 may be missing or be too many. */
  readonly allowLastAxisSqueeze?: boolean;
}

/**
 * What a layer wants of one of its inputs. Keras: `keras.layers.InputSpec`.
 *
 * ```ts
 * new keras.layers.InputSpec({ shape: [null, 4] }).shape; // [null, 4]
 * ```
 */
export class InputSpec implements InputSpecOptions {
  declare readonly dtype?: string;
  declare readonly shape?: Shape;
  declare readonly ndim?: number;
  declare readonly minNdim?: number;
  declare readonly maxNdim?: number;
  declare readonly axes?: Readonly<Record<number, number | null>>;
  declare readonly name?: string;
  declare readonly optional?: boolean;
  declare readonly allowLastAxisSqueeze?: boolean;

  constructor(options: InputSpecOptions = {}) {
    checkOptions("InputSpec", arguments, 0, [
      "dtype",
      "shape",
      "ndim",
      "minNdim",
      "maxNdim",
      "axes",
      "name",
      "optional",
      "allowLastAxisSqueeze",
    ]);
    Object.assign(this, options, options.shape === undefined ? {} : { ndim: options.shape.length });
  }

  /** What Keras writes of it. */
  getConfig(): Record<string, Json> {
    const { dtype, shape, ndim, maxNdim, minNdim, axes, optional = false } = this;
    const given = { dtype, shape, ndim, max_ndim: maxNdim, min_ndim: minNdim, axes, optional };
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, (value ?? null) as Json]));
  }

  /** A spec from what `getConfig` gave. */
  static fromConfig(config: Config): InputSpec {
    const given = Object.entries(config).filter(([, value]) => value !== null);
    return new InputSpec(Object.fromEntries(given.map(([key, value]) => [toCamelCase(key), value])));
  }
}

/** Checks inputs against specs. @throws ShapeError, DtypeError that name the layer */
export function checkInput(layer: string, specs: InputSpec | readonly (InputSpec | null)[], inputs: unknown): void {
  const only = specs instanceof InputSpec ? specs : specs.length === 1 ? specs[0] : undefined;
  if (only && inputs instanceof Tensor) return checkOne(layer, only, inputs, undefined);
  const wanted: readonly (InputSpec | null)[] = specs instanceof InputSpec ? [specs] : specs;
  const given = inOrder(layer, wanted, inputs);
  if (given.length !== wanted.length) {
    throw new ShapeError(layer, { given: `${count(given.length)}`, expected: `${count(wanted.length)}` });
  }
  wanted.forEach(
    (spec, i) => spec && !(given[i] === null && spec.optional) && checkOne(layer, spec, given[i], given.length > 1 ? i : undefined),
  );
}

const count = (n: number): string => `${n} input ${n === 1 ? "tensor" : "tensors"}`;

/** Records are matched by the names of the specs. */
function inOrder(layer: string, specs: readonly (InputSpec | null)[], inputs: unknown): readonly unknown[] {
  const names = specs.map((spec) => spec?.name);
  if (!isPlainObject(inputs) || names.includes(undefined)) return flatten(inputs as Tensor);
  return names.map((name) => {
    if (name! in inputs) return inputs[name!];
    throw new ShapeError(layer, { given: `inputs ${Object.keys(inputs).join(", ")}`, expected: `inputs ${names.join(", ")}` });
  });
}

function checkOne(layer: string, spec: InputSpec, x: unknown, index: number | undefined): void {
  const where = index === undefined ? layer : `${layer}, input ${index}${spec.name ? ` (${spec.name})` : ""}`;
  if (!(x instanceof Tensor || x instanceof Strings)) throw new ShapeError(where, { given: String(x), expected: "a tensor" });
  const { shape } = x;
  const rank = shape.length;
  const fail = (expected: string): never => {
    throw new ShapeError(where, { given: `an input of shape ${shapeText(shape)}`, expected });
  };
  if (spec.ndim !== undefined && !spec.allowLastAxisSqueeze && rank !== spec.ndim) fail(`an input of rank ${spec.ndim}`);
  if (spec.maxNdim !== undefined && rank > spec.maxNdim) fail(`an input of rank at most ${spec.maxNdim}`);
  if (spec.minNdim !== undefined && rank < spec.minNdim) fail(`an input of rank at least ${spec.minNdim}`);
  if (spec.dtype !== undefined && x.dtype !== spec.dtype) {
    throw new DtypeError(where, { given: `an input of dtype ${x.dtype}`, expected: spec.dtype });
  }
  for (const axis in spec.axes) {
    const [given, length] = [shape.at(Number(axis)), spec.axes[axis as never]!];
    if (length !== null && given !== null && given !== length) fail(`axis ${axis} to have length ${length}`);
  }
  if (spec.shape !== undefined && !fits(shape, spec.shape, spec.allowLastAxisSqueeze === true)) fail(`shape ${shapeText(spec.shape)}`);
}

function fits(given: Shape, wanted: Shape, squeeze: boolean): boolean {
  const cut = (shape: Shape): Shape => (squeeze && shape.at(-1) === 1 ? shape.slice(0, -1) : shape);
  const [a, b] = [cut(given), cut(wanted)];
  return b.every((length, i) => i >= a.length || length === null || a[i] === null || a[i] === length);
}
