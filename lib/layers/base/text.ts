// Layers that are called on strings: what they see, and when they run.

import { DtypeError, NotSupportedError, text } from "../../core/errors.js";
import { isForShapesAlone, isTracing } from "../../core/interpreter.js";
import { known, type Shape } from "../../core/shape.js";
import { type AsksBefore, holdsText, isStrings, isText, Strings, symbolicStrings } from "../../core/strings.js";
import { symbolic, Tensor } from "../../core/tensor.js";
import { isBranch, leaves, mapTree, unflatten, type Tree } from "../../core/tree.js";

import type { Layer } from "../layer.js";

type Run = (args: readonly unknown[]) => unknown;

/** Whether there are strings with values among the leaves. */
export const holdsStrings = (value: unknown): boolean =>
  !(value instanceof Tensor) && (value instanceof Strings || (isBranch(value) && Object.values(value).some(holdsStrings)));

/** The arguments as functions of users see them: plain strings in nested arrays. */
export const plainStrings = (args: readonly unknown[]): readonly unknown[] =>
  args.map((arg) => mapTree(arg as Tree<unknown>, (leaf) => (leaf instanceof Strings ? leaf.nested() : leaf)));

/**
 * Runs a layer that reads strings itself on strings that have no values yet: under a trace before the program, else for its shapes alone.
 *
 * @param infers  whether `run` says by itself what comes of strings without values
 */
export function runOnText(layer: Layer, args: readonly unknown[], run: Run, infers: boolean): unknown {
  const operands = leaves<unknown>(args).filter((leaf): leaf is Tensor => leaf instanceof Tensor);
  const { owner } = operands.find(isText)!;
  const { name } = layer;
  if (layer.trainableWeights.length > 0) {
    throw new NotSupportedError(name, {
      given: "strings for a layer with trainable weights",
      expected: "numbers: what reads strings runs before the program, and no gradient comes there",
      hint: "Let StringLookup, TextVectorization or Hashing make numbers of them.",
    });
  }
  if (isTracing() && !isForShapesAlone() && owner !== undefined) {
    return (owner as AsksBefore).before(operands, (values) => {
      let next = 0;
      return run(mapTree(args as Tree<unknown>, (leaf) => (leaf instanceof Tensor ? values[next++] : leaf)) as readonly unknown[]);
    });
  }
  return infers ? run(args) : tried(name, args, run);
}

/** Shapes and dtypes of what a function makes of strings, by trying it on empty ones: axes that change with the batch are open. */
function tried(name: string, args: readonly unknown[], run: Run): unknown {
  const sample = (length: number) => (leaf: unknown) => {
    if (!isText(leaf)) return leaf;
    const shape = leaf.shape.map((each) => each ?? length);
    return new Strings(
      known(shape),
      Array.from({ length: shape.reduce((product, each) => product * each, 1) }, () => ""),
    );
  };
  const answers = [2, 3].map((length) => answerOf(run(args.map((arg) => mapTree(arg as Tree<unknown>, sample(length))))));
  const [one, other] = answers.map((answer) => leaves<Tensor | Strings>(answer));
  return unflatten(
    answers[0] as Tree<unknown>,
    one!.map((value, i) => {
      const like = other![i];
      if (like === undefined || like.shape.length !== value.shape.length) {
        throw new NotSupportedError(name, { given: `${text(value)} of strings`, expected: "tensors of one rank for any batch" });
      }
      const shape: Shape = value.shape.map((length, axis) => (length === like.shape[axis] ? length : null));
      return value instanceof Strings ? symbolicStrings(shape) : symbolic({ shape, dtype: value.dtype });
    }),
  );
}

/** What a function gave, strings in one piece. @throws DtypeError for what is neither */
function answerOf(value: unknown): unknown {
  if (value instanceof Tensor || value instanceof Strings) return value;
  if (isStrings(value)) return Strings.of(value, "layer");
  if (Array.isArray(value)) return value.map(answerOf);
  if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, answerOf(each)]));
  throw new DtypeError("layer", { given: text(value), expected: "tensors or strings" });
}
