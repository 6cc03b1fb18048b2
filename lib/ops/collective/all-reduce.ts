// Where replicas meet: operations whose result depends on the values of all of them. With one replica they give their input and record
// nothing.

import { asTensor, checkAxis, type TensorLike } from "../../core/convert.js";
import { isFloat } from "../../core/dtype.js";
import { ArgumentError, DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { primitive, type Inputs, type Primitive } from "../../core/primitive.js";
import { replica, setCollectives, type Group, type Meeting, type Reduction } from "../../core/replicas.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { Tensor, type Spec } from "../../core/tensor.js";
import { add, divide, maximum, minimum, multiply } from "../elementwise/arithmetic.js";
import { cast } from "../elementwise/cast.js";
import { equal } from "../elementwise/comparison.js";
import { concatenate } from "../shaping/concatenate.js";
import { zerosLike } from "../shaping/create.js";
import { transpose } from "../shaping/transpose.js";
import { slice } from "../indexing/slice.js";

export interface Attributes {
  readonly group: Group;
  readonly id: number;
  readonly meeting: Meeting;
}

export const named = <T>(values: readonly T[]): Record<string, T> => Object.fromEntries(values.map((value, i) => [`y${i}`, value]));
export const listed = <T>(values: Readonly<Record<string, T>>, count: number): T[] =>
  Array.from({ length: count }, (_, i) => values[`y${i}`]!);

export const likeInputs = ({ xs }: { xs: readonly Tensor[] }): Record<string, Spec> =>
  named(xs.map(({ shape, dtype }) => ({ shape, dtype })));

/** How an operation of this file acts where the values of all replicas are at hand: outputs by replica. */
type Together = (inputs: readonly Inputs[], attrs: Attributes) => Record<string, Tensor>[];

export const together = new Map<Primitive, Together>();

/** Values that meet: what a collective operation does with those of all replicas of one process; undefined for other operations. */
export const meetingOf = (op: Primitive): Together | undefined => together.get(op);

/** What a collective step says to the others, as an error message shows it: "an all-reduce (sum) of 5 tensors, 101770 numbers". */
export function meetingText({ meeting }: { readonly meeting: Meeting }, xs: readonly Spec[]): string {
  const numbers = xs.reduce((sum, { shape }) => sum + shape.reduce<number>((size, length) => size * (length ?? 0), 1), 0);
  const how =
    meeting.reduction !== undefined ? ` (${meeting.reduction})` : meeting.kind === "broadcast" ? ` from replica ${meeting.root ?? 0}` : "";
  const article = meeting.kind.startsWith("all") ? "an" : "a";
  const dtypes = [...new Set(xs.map(({ dtype }) => dtype))].join(" and ");
  return `${article} ${meeting.kind}${how} of ${xs.length} tensor${xs.length === 1 ? "" : "s"}, ${numbers} numbers of ${dtypes}`;
}

export const onHost = ({ xs }: { xs: readonly Tensor[] }, { group, meeting }: Attributes, places?: Parameters<Group["meet"]>[2]) =>
  group.meet(meeting, xs, places);

const reduceOp = primitive({
  name: "allReduce",
  inputs: ["...xs"],
  effect: true,
  infer: (inputs, _: Attributes) => likeInputs(inputs),
  host: onHost as never,
  overwrites: (root, { xs }, outputs) => overReduced(root as (tensor: Tensor) => object, xs, outputs),
  keeps: ["xs"],
  gradient: (dy, { xs }, { attrs }) => ({ xs: () => reductionGradient(dy, xs, attrs) }),
});

/** Each output may lie where its input lies, unless another input lies there too and is still to be read. */
function overReduced(
  root: (tensor: Tensor) => object,
  xs: readonly Tensor[],
  outputs: Readonly<Record<string, Tensor>>,
): (readonly [Tensor, Tensor])[] {
  const roots = xs.map(root);
  return xs.flatMap((x, i) => (roots.indexOf(roots[i]!) === roots.lastIndexOf(roots[i]!) ? [[outputs[`y${i}`]!, x] as const] : []));
}

const combine: Readonly<Record<Reduction, (a: Tensor, b: Tensor) => Tensor>> = { sum: add, mean: add, max: maximum, min: minimum };

together.set(reduceOp, (inputs, { group, meeting }) => {
  const reduction = meeting.reduction!;
  const lists = inputs.map(({ xs }) => xs as readonly Tensor[]);
  const reduced = lists[0]!.map((_, i) => {
    const all = lists.map((xs) => xs[i]!).reduce((a, b) => combine[reduction](a, b));
    return reduction === "mean" ? divide(all, group.count) : all;
  });
  return lists.map(() => named(reduced));
});

/** Of a sum: the sum of all replicas' gradients. Of the largest: those gradients where it came from, in equal parts. */
function reductionGradient(dy: Readonly<Record<string, Tensor | null>>, xs: readonly Tensor[], { meeting }: Attributes): (Tensor | null)[] {
  const reduction = meeting.reduction!;
  const dys = xs.map((x, i) => (isFloat(x.dtype) ? (dy[`y${i}`] ?? zerosLike(x)) : null));
  const present = dys.filter((each) => each !== null);
  const sums = allReduce(present, reduction === "mean" ? "mean" : "sum");
  const all = dys.map((each) => (each === null ? null : sums.shift()!));
  if (reduction === "sum" || reduction === "mean") return all;
  const extremes = allReduce(xs, reduction);
  return all.map((each, i) => {
    if (each === null) return null;
    const isIt = cast(equal(xs[i]!, extremes[i]!), xs[i]!.dtype);
    return multiply(each, divide(isIt, allReduce(isIt, "sum")));
  });
}

const reductions: readonly Reduction[] = ["sum", "mean", "max", "min"];

/**
 * The sum (mean, largest, smallest) of a value over all replicas, element by element; every replica gets it. A list is one message.
 *
 * @throws ArgumentError for another reduction; DtypeError for the mean of integers
 */
export function allReduce(xs: readonly Tensor[], reduction?: Reduction): Tensor[];
export function allReduce(x: TensorLike, reduction?: Reduction): Tensor;
export function allReduce(given: TensorLike | readonly Tensor[], reduction: Reduction = "sum"): Tensor | Tensor[] {
  if (!reductions.includes(reduction))
    throw new ArgumentError("allReduce", { given: text(reduction), expected: `one of ${reductions.map((each) => text(each)).join(", ")}` });
  const isList = isTensorList(given);
  const xs = isList ? [...given] : [asTensor(given as TensorLike)];
  const odd = xs.find(({ dtype }) => dtype === "bool" || (reduction === "mean" && !isFloat(dtype)));
  if (odd)
    throw new DtypeError("allReduce", { given: `the ${reduction} of ${odd.dtype} values`, expected: "numbers", hint: "Cast first." });
  const { group, id } = replica();
  if (group.count === 1 || xs.length === 0) return isList ? xs : xs[0]!;
  const ys = listed(reduceOp.apply({ xs }, { group, id, meeting: { kind: "all-reduce", reduction } }), xs.length);
  return isList ? ys : ys[0]!;
}

const isTensorList = (given: unknown): given is readonly Tensor[] => Array.isArray(given) && given.every((each) => each instanceof Tensor);

const broadcastOp = primitive({
  name: "broadcast",
  inputs: ["...xs"],
  effect: true,
  infer: (inputs, _: Attributes) => likeInputs(inputs),
  host: onHost as never,
  keeps: ["xs"],
  gradient: (dy, { xs }, { attrs: { meeting, id } }) => ({
    xs: () => {
      const sums = allReduce(
        xs.map((x, i) => dy[`y${i}`] ?? zerosLike(x)),
        "sum",
      );
      return id === meeting.root ? sums : sums.map((sum) => zerosLike(sum));
    },
  }),
});

together.set(broadcastOp, (inputs, { meeting }) => inputs.map(() => named(inputs[meeting.root ?? 0]!.xs as readonly Tensor[])));

/** What replica `root` has, for all of them. @throws ValueError where there is no such replica */
export function broadcast(x: TensorLike, root = 0): Tensor {
  const { group, id } = replica();
  if (!Number.isInteger(root) || root < 0 || root >= group.count)
    throw new ValueError("broadcast", { given: `replica ${text(root)}`, expected: `a replica from 0 to ${group.count - 1}` });
  const value = asTensor(x);
  if (group.count === 1) return value;
  return listed(broadcastOp.apply({ xs: [value] }, { group, id, meeting: { kind: "broadcast", root } }), 1)[0]!;
}

const gatherOp = primitive({
  name: "allGather",
  inputs: ["...xs"],
  effect: true,
  infer: ({ xs }, { meeting }: Attributes) => {
    const total = meeting.lengths!.reduce((sum, length) => sum + length, 0);
    return named(xs.map(({ shape, dtype }): Spec => ({ shape: [total, ...shape.slice(1)], dtype })));
  },
  host: onHost as never,
  keeps: ["xs"],
  gradient: (dy, { xs }, { attrs: { meeting, id } }) => ({
    xs: () => {
      const isEven = meeting.lengths!.every((length) => length === meeting.lengths![0]);
      if (isEven) return xs.map((_, i) => (dy[`y${i}`] ? reduceScatter(dy[`y${i}`]!) : null));
      const start = meeting.lengths!.slice(0, id).reduce((sum, length) => sum + length, 0);
      return xs.map(({ shape }, i) => {
        const own = dy[`y${i}`];
        if (!own) return null;
        return slice(allReduce(own, "sum"), [start, ...shape.slice(1).map(() => 0)], shape as number[]);
      });
    },
  }),
});

/** What all replicas have, one after another, for each of them. */
export const gathered: Together = (inputs) => {
  const whole = (inputs[0]!.xs as readonly Tensor[]).map((_, i) => concatenate(inputs.map(({ xs }) => (xs as readonly Tensor[])[i]!)));
  return inputs.map(() => named(whole));
};

together.set(gatherOp, gathered);

/** Puts an axis first, and back. */
function withFirst(where: string, x: Tensor, axis: number): { readonly x: Tensor; back(y: Tensor): Tensor } {
  if (x.rank === 0)
    throw new ShapeError(where, { given: "a scalar", expected: "a tensor with an axis", hint: "Give it one: tf.expandDims." });
  const at = checkAxis(where, axis, x.rank);
  if (at === 0) return { x, back: (y) => y };
  const order = [at, ...x.shape.map((_, i) => i).filter((i) => i !== at)];
  return {
    x: transpose(x, order),
    back: (y) =>
      transpose(
        y,
        order.map((_, i) => order.indexOf(i)),
      ),
  };
}

const lengthOf = (where: string, shape: Shape): number => {
  const [length] = shape;
  if (typeof length === "number") return length;
  throw new ShapeError(where, { given: `a value of shape ${shapeText(shape)}`, expected: "a known length of the axis" });
};

/** The values of all replicas one after another along an axis; their lengths along it may differ. @throws ShapeError for a scalar */
export function allGather(value: TensorLike, axis = 0): Tensor {
  const given = asTensor(value);
  const { x, back } = withFirst("allGather", given, axis);
  const { group, id } = replica();
  if (group.count === 1) return given;
  const lengths = group.lengths(lengthOf("allGather", x.shape), !x.isSymbolic);
  return back(listed(gatherOp.apply({ xs: [x] }, { group, id, meeting: { kind: "all-gather", lengths } }), 1)[0]!);
}

const scatterOp = primitive({
  name: "reduceScatter",
  inputs: ["...xs"],
  effect: true,
  infer: ({ xs }, { group }: Attributes) =>
    named(xs.map(({ shape, dtype }): Spec => ({ shape: [shape[0] === null ? null : shape[0]! / group.count, ...shape.slice(1)], dtype }))),
  host: onHost as never,
  gradient: (dy, _, { attrs: { meeting, group } }) => ({
    xs: () =>
      Object.keys(dy).map((name) => {
        const own = dy[name];
        if (!own) return null;
        const whole = allGather(own);
        return meeting.reduction === "mean" ? divide(whole, group.count) : whole;
      }),
  }),
});

together.set(scatterOp, (inputs, { group, meeting }) => {
  const lists = inputs.map(({ xs }) => xs as readonly Tensor[]);
  const sums = lists[0]!.map((_, i) => {
    const sum = lists.map((xs) => xs[i]!).reduce((a, b) => combine[meeting.reduction!](a, b));
    return meeting.reduction === "mean" ? divide(sum, group.count) : sum;
  });
  return lists.map((_, id) =>
    named(
      sums.map((sum) => {
        const length = (sum.shape[0] as number) / group.count;
        return slice(sum, [id * length, ...sum.shape.slice(1).map(() => 0)], [length, ...(sum.shape.slice(1) as number[])]);
      }),
    ),
  );
});

/**
 * The sum (or mean) of a value over all replicas, of which each gets an equal part along an axis, in order.
 *
 * @throws ShapeError where the axis can't be cut into as many parts as there are replicas
 */
export function reduceScatter(value: TensorLike, reduction: "sum" | "mean" = "sum", axis = 0): Tensor {
  if (reduction !== "sum" && reduction !== "mean")
    throw new ArgumentError("reduceScatter", { given: text(reduction), expected: '"sum" or "mean"' });
  const given = asTensor(value);
  const { x, back } = withFirst("reduceScatter", given, axis);
  const { group, id } = replica();
  if (group.count === 1) return given;
  if (lengthOf("reduceScatter", x.shape) % group.count !== 0) {
    throw new ShapeError("reduceScatter", {
      given: `an axis of ${x.shape[0]} for ${group.count} replicas`,
      expected: `a multiple of ${group.count}`,
    });
  }
  const meeting: Meeting = { kind: "reduce-scatter", reduction };
  return back(listed(scatterOp.apply({ xs: [x] }, { group, id, meeting }), 1)[0]!);
}

setCollectives({ allReduce, broadcast });
