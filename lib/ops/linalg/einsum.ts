// Einstein's convention: an equation taken apart into transposes, products and sums.

import { operation } from "../../core/operation.js";
import type { TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { as, commonDtype } from "../promotion.js";
import { diagonal } from "../shaping/diagonal.js";
import { cast } from "../elementwise/cast.js";
import { squeeze } from "../shaping/reshape.js";
import { arranged, contract, type Labelled } from "./contraction.js";

/**
 * Sums of products by Einstein's convention: "ij,jk->ik" is a matrix product.
 *
 * ```ts
 * ops.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10]); // [21, 43]
 * ```
 *
 * @param subscripts  a letter for each axis of each operand, "..." for all other axes; after "->" those of the result,
 *                    without it the letters that occur once, in the order of the alphabet
 * @returns           the dtype in which the operands meet; int32 for int8 operands
 */
export const einsum = operation(
  "numpy.einsum(subscripts:string, *...operands)",
  (subscripts: string, operands: readonly TensorLike[]): Tensor => {
    const text_ = subscripts.replace(/\s+/g, "");
    const [inputs, output] = text_.split("->") as [string, string | undefined];
    const terms = inputs.split(",");
    if (terms.length !== operands.length) {
      throw new ValueError("einsum", {
        given: `${text(subscripts)} and ${operands.length} operands`,
        expected: `${terms.length} operands`,
      });
    }
    const dtype = commonDtype(...operands);
    const isInt8 = dtype === "int8";
    const tensors = operands.map((operand) => as(operand, isInt8 || dtype === "float32" ? dtype : "int32"));
    const ranks = terms.map((term, i) => tensors[i]!.rank - term.replace("...", "").length);
    const dots = Math.max(0, ...terms.map((term, i) => (term.includes("...") ? ranks[i]! : 0)));
    const named = (term: string, rank: number): string[] =>
      [...term.replace("...", "\u0000")].flatMap((name) =>
        name === "\u0000" ? Array.from({ length: rank }, (_, i) => `.${dots - rank + i}`) : [name],
      );
    const labelled = terms.map((term, i) => {
      const axes = named(term, Math.max(0, ranks[i]!));
      if (axes.length === tensors[i]!.rank) return withoutRepeats({ tensor: tensors[i]!, axes });
      throw new ShapeError("einsum", {
        given: `${text(term)} for an operand of shape ${shapeText(tensors[i]!.shape)}`,
        expected: "a letter for each axis",
      });
    });
    const all = labelled.flatMap(({ axes }) => axes);
    const implicit = [
      ...Array.from({ length: dots }, (_, i) => `.${i}`),
      ...[...new Set(all)].filter((name) => !name.startsWith(".") && countIn(terms, name) === 1).sort(),
    ];
    const wanted = output === undefined ? implicit : named(output, output.includes("...") ? dots : 0);
    const unknown = wanted.find((name) => !all.includes(name));
    if (unknown !== undefined) throw new ValueError("einsum", { given: text(subscripts), expected: `${unknown} to stand in an operand` });

    const result = labelled.slice(1).reduce((left, right, i) => {
      const later = new Set([...wanted, ...labelled.slice(i + 2).flatMap(({ axes }) => axes)]);
      return contract("einsum", ...fitted(left, right), later);
    }, labelled[0]!);
    const y = arranged(result, wanted);
    return isInt8 ? cast(y, "int32") : dtype === "float32" || dtype === "int32" ? y : cast(y, dtype);
  },
);

const countIn = (terms: readonly string[], name: string): number => terms.join("").split(name).length - 1;

/** A letter that occurs twice in one operand is its diagonal. */
function withoutRepeats({ tensor, axes }: Labelled): Labelled {
  const second = axes.findIndex((name, i) => axes.indexOf(name) !== i);
  if (second < 0) return { tensor, axes };
  const first = axes.indexOf(axes[second]!);
  const rest = axes.filter((_, i) => i !== first && i !== second);
  return withoutRepeats({ tensor: diagonal(tensor, 0, first, second), axes: [...rest, axes[second]!] });
}

/** Common axes of length 1 are broadcast, as NumPy allows it for those of "...". */
function fitted(a: Labelled, b: Labelled): [Labelled, Labelled] {
  const drop = (one: Labelled, other: Labelled): Labelled => {
    const gone = one.axes.flatMap((name, i) => {
      const at = other.axes.indexOf(name);
      const isShort = at >= 0 && one.tensor.shape[i] === 1 && other.tensor.shape[at] !== 1 && other.tensor.shape[at] !== null;
      return isShort ? [i] : [];
    });
    if (gone.length === 0) return one;
    return { tensor: squeeze(one.tensor, gone), axes: one.axes.filter((_, i) => !gone.includes(i)) };
  };
  return [drop(a, b), drop(b, a)];
}
