// Functions mapped over axes: keras.ops.vectorized_map and vectorize. The function is applied to each slice; in a traced function the calls
// become one program, whose steps run in parallel.

import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";
import { known, shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { leaves, mapTree, unflatten, type Tree } from "../core/tree.js";
import { broadcastShapes } from "../ops/broadcasting.js";
import { broadcastTo } from "../ops/shaping/broadcast.js";
import { stack } from "../ops/shaping/concatenate.js";
import { reshape } from "../ops/shaping/reshape.js";
import { unstack } from "../ops/shaping/split.js";
import { map } from "./control/loops.js";

/**
 * The function applied to each slice along axis 0 of a tensor, or of all tensors of a structure; results along a new axis 0.
 *
 * ```ts
 * ops.vectorizedMap((row: tf.Tensor) => ops.sum(row), [[1, 2], [3, 4]]).array(); // [3, 7]
 * ```
 *
 * @throws ArgumentError where the tensors have different lengths. Keras: keras.ops.vectorized_map
 */
export const vectorizedMap = declare(
  "core.vectorizedMap(function:function, elements:tree)",
  (fn: (x: never) => unknown, elements: unknown): Tensor => {
    const isTree = Array.isArray(elements) && elements.some((each) => typeof each === "object" && each !== null && "dtype" in each);
    return map(
      fn,
      isTree ? elements : Array.isArray(elements) || ArrayBuffer.isView(elements) ? asTensor(elements as TensorLike) : elements,
    ) as Tensor;
  },
);

interface Core {
  readonly inputs: readonly (readonly string[])[];
  readonly outputs: readonly (readonly string[])[];
}

/** `"(m,n),(n)->(m)"`, read. */
function parsed(signature: string): Core {
  const match = /^(\([\w,\s]*\)(?:,\s*\([\w,\s]*\))*)->(\([\w,\s]*\)(?:,\s*\([\w,\s]*\))*)$/.exec(signature.replaceAll(" ", ""));
  if (!match) throw new ArgumentError("vectorize.signature", { given: text(signature), expected: 'something like "(m,n),(n)->(m)"' });
  const sides = [match[1]!, match[2]!].map((side) =>
    Array.from(side.matchAll(/\(([\w,]*)\)/g), ([, names]) => (names === "" ? [] : names!.split(","))),
  );
  return { inputs: sides[0]!, outputs: sides[1]! };
}

/**
 * A function of scalars (or of what `signature` says) as one of tensors: their axes broadcast, and the function is applied at each place.
 *
 * ```ts
 * const larger = ops.vectorize((a: tf.Tensor, b: tf.Tensor) => ops.maximum(a, b));
 * (larger([1, 5, 3], 2) as tf.Tensor).array(); // [2, 5, 3]
 * const product = ops.vectorize((m: tf.Tensor, v: tf.Tensor) => ops.matmul(m, v), { signature: "(m,n),(n)->(m)" });
 * ```
 *
 * @param excluded   positions of arguments that the function gets as they are
 * @param signature  which last axes the function takes of each argument and gives, as NumPy writes it; default: none
 * @throws ArgumentError, ShapeError from the returned function. Keras: keras.ops.vectorize
 */
export const vectorize = declare(
  "numpy.vectorize(pyfunc:function, excluded:ints=null, signature:string=null)",
  (pyfunc: (...args: never[]) => unknown, excluded: number | readonly number[] | null, signature: string | null) => {
    const core = signature === null ? null : parsed(signature);
    const skipped = new Set(excluded === null ? [] : typeof excluded === "number" ? [excluded] : excluded);
    return (...given: readonly unknown[]): unknown => {
      const mapped = given.map((_, i) => i).filter((i) => !skipped.has(i));
      if (core && core.inputs.length !== mapped.length)
        throw new ArgumentError("vectorize", {
          given: `${mapped.length} arguments`,
          expected: `${core.inputs.length}, as the signature says`,
        });
      const tensors = mapped.map((i) => asTensor(given[i] as TensorLike));
      const inner = tensors.map((tensor, i) => coreOf(tensor, core?.inputs[i] ?? []));
      checkNames(core, inner);
      const outer = tensors.map(({ shape }, i) => known(shape, "vectorize").slice(0, shape.length - inner[i]!.length));
      const whole = outer.reduce<readonly number[]>((a, b) => broadcastShapes("vectorize", a, b) as readonly number[], []);
      const count = whole.reduce((a, b) => a * b, 1);
      const slices = tensors.map((tensor, i) =>
        unstack(reshape(broadcastTo(tensor, [...whole, ...inner[i]!]), [count, ...inner[i]!]), count),
      );
      const results = Array.from({ length: count }, (_, at) => {
        const args = [...given];
        mapped.forEach((place, i) => (args[place] = slices[i]![at]));
        return mapTree(pyfunc(...(args as never[])) as Tree<unknown>, (leaf) => asTensor(leaf as TensorLike));
      });
      if (count === 0)
        throw new ShapeError("vectorize", { given: `arguments that broadcast to ${shapeText(whole)}`, expected: "at least one element" });
      const flat = results.map((result) => leaves<Tensor>(result));
      return unflatten(
        results[0]!,
        flat[0]!.map((first, i) => reshape(stack(flat.map((each) => each[i]!)), [...whole, ...first.shape])),
      );
    };
  },
);

/** The lengths of the axes that the function takes. */
function coreOf(tensor: Tensor, names: readonly string[]): readonly number[] {
  const shape = known(tensor.shape, "vectorize");
  if (shape.length >= names.length) return shape.slice(shape.length - names.length);
  throw new ShapeError("vectorize", { given: shapeText(shape), expected: `at least the axes (${names.join(", ")})` });
}

/** Axes of one name have one length. */
function checkNames(core: Core | null, inner: readonly (readonly number[])[]): void {
  const lengths = new Map<string, number>();
  core?.inputs.forEach((names, i) =>
    names.forEach((name, axis) => {
      const length = inner[i]![axis]!;
      if (lengths.has(name) && lengths.get(name) !== length)
        throw new ShapeError("vectorize", { given: `${name} of length ${lengths.get(name)} and ${length}`, expected: "one length" });
      lengths.set(name, length);
    }),
  );
}
