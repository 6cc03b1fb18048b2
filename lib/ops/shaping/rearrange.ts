// Patterns of axes as text: "b (h w) c -> b c h w".

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText } from "../../core/shape.js";
import { operation } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import { expandDims, mergeAxes, splitAxis, squeeze } from "./reshape.js";
import { transpose } from "./transpose.js";

/** The groups of one side of a pattern: "(h w) c 1" is [[h, w], [c], []]. */
function groupsOf(side: string): string[][] {
  const groups = side.match(/\([^()]*\)|\.\.\.|[^\s()]+/g) ?? [];
  return groups.map((group) =>
    group.startsWith("(") ? group.slice(1, -1).trim().split(/\s+/).filter(Boolean) : group === "1" ? [] : [group],
  );
}

/**
 * Axes put together, taken apart and moved by a pattern of names: "(h w) c -> h w c".
 *
 * ```ts
 * ops.rearrange([[1, 2], [3, 4]], "a b -> (b a)"); // [1, 3, 2, 4]
 * ```
 *
 * @param axesLengths  lengths of axes that are taken apart; one of each group may be left out
 * @see einops.rearrange
 */
export const rearrange = operation(
  "einops.rearrange(*tensor, *pattern:string, axesLengths:tree=null)",
  (tensor: TensorLike, pattern: string, axesLengths: Readonly<Record<string, number>> | null): Tensor => {
    const lengths = axesLengths ?? {};
    let x = asTensor(tensor);
    const sides = pattern.split("->");
    if (sides.length !== 2) throw new ValueError("rearrange", { given: text(pattern), expected: 'a pattern with "->"' });
    const [from, to] = sides.map((side) => groupsOf(side.trim())) as [string[][], string[][]];
    const rest = x.rank - (from.length - 1);
    const dots = (groups: string[][]): string[][] =>
      groups.flatMap((group) => (group[0] === "..." ? Array.from({ length: rest }, (_, i) => [`...${i}`]) : [group]));
    const [before, after] = [dots(from), dots(to)];
    if (before.length !== x.rank) {
      throw new ShapeError("rearrange", { given: `${shapeText(x.shape)} for ${text(pattern)}`, expected: `${before.length} axes` });
    }
    const names: string[] = [];
    let axis = 0;
    for (const group of before) {
      if (group.length === 0) {
        x = squeeze(x, axis);
        continue;
      }
      if (group.length > 1) x = splitAxis(x, axis, group.map((name) => lengths[name] ?? null)); // prettier-ignore
      axis += group.length;
      names.push(...group);
    }
    const order = after.flat();
    if (order.length !== names.length || order.some((name) => !names.includes(name)))
      throw new ValueError("rearrange", { given: text(pattern), expected: "the same names on both sides, each once" });
    x = transpose(
      x,
      order.map((name) => names.indexOf(name)),
    );
    after.forEach((group, i) => {
      if (group.length === 0) x = expandDims(x, i);
      else x = mergeAxes(x, i, group.length);
    });
    return x;
  },
);
