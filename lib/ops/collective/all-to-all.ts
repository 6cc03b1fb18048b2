// Replicas that give each other parts of what they have, and variables in parts that are put together.

import { primitive } from "../../core/primitive.js";
import { replica, type Meeting, type Split } from "../../core/replicas.js";
import type { Spec, Tensor } from "../../core/tensor.js";
import { slice } from "../indexing/slice.js";
import { concatenate } from "../shaping/concatenate.js";
import { mergeAxes, splitAxis } from "../shaping/reshape.js";
import { transpose } from "../shaping/transpose.js";
import { allReduce, gathered, likeInputs, listed, named, onHost, reduceScatter, together, type Attributes } from "./all-reduce.js";

const allToAllOp = primitive({
  name: "allToAll",
  inputs: ["...xs"],
  effect: true,
  infer: (inputs, _: Attributes) => likeInputs(inputs),
  host: onHost as never,
  gradient: (dy) => ({ xs: () => Object.values(dy).map((each) => each && allToAll(each)) }),
});

together.set(allToAllOp, (inputs, { group }) =>
  inputs.map((_, id) => {
    const blocks = inputs.map(({ xs }) => {
      const [x] = xs as readonly [Tensor];
      const length = (x.shape[0] as number) / group.count;
      return slice(x, [id * length, ...x.shape.slice(1).map(() => 0)], [length, ...(x.shape.slice(1) as number[])]);
    });
    return named([concatenate(blocks)]);
  }),
);

/** The first axis in as many equal blocks as there are replicas: block i goes to replica i, and what comes from it stands there. */
export function allToAll(x: Tensor): Tensor {
  const { group, id } = replica();
  return listed(allToAllOp.apply({ xs: [x] }, { group, id, meeting: { kind: "all-to-all" } }), 1)[0]!;
}

/** Replicas have all of the axis `to` by parts: each gets all of it, and instead a part of the axis `from`. */
export function exchanged(x: Tensor, from: number, to: number): Tensor {
  const { count } = replica().group;
  const length = x.shape[from] as number;
  const cut = splitAxis(x, from, [count, length / count]);
  const others = cut.shape.map((_, i) => i).filter((i) => i !== from);
  const blocks = allToAll(from === 0 ? cut : transpose(cut, [from, ...others]));
  // Behind the axis of blocks the axes are those of x.
  const back = x.shape.map((_, i) => i + 1);
  back.splice(to, 0, 0);
  return mergeAxes(to === 0 ? blocks : transpose(blocks, back), to, 2);
}

interface WholeAttributes extends Attributes {
  /** Where parts are there several times: the replica whose copy of this one's part counts. */
  readonly keeper: number | null;
}

/** An all-gather that nobody misses where its value is not used: of variables, whose parts are what is kept. */
const wholeOp = primitive({
  name: "gatherParts",
  inputs: ["...xs"],
  infer: ({ xs }, { group }: WholeAttributes) =>
    named(xs.map(({ shape, dtype }): Spec => ({ shape: [(shape[0] as number) * group.count, ...shape.slice(1)], dtype }))),
  host: onHost as never,
  keeps: ["xs"],
  gradient: (dy, { xs }, { attrs: { keeper } }) => ({
    xs: () =>
      xs.map(({ shape }, i) => {
        const own = dy[`y${i}`];
        if (!own) return null;
        if (keeper === null) return reduceScatter(own);
        return slice(allReduce(own), [keeper * (shape[0] as number), ...shape.slice(1).map(() => 0)], shape as number[]);
      }),
  }),
});

together.set(wholeOp, gathered);

/** The parts of all replicas one after another along an axis; computed only where it is used. */
export function wholeOf(part: Tensor, { axis, index, keepers }: Split): Tensor {
  const { group, id } = replica();
  const order = [axis, ...part.shape.map((_, i) => i).filter((i) => i !== axis)];
  const x = axis === 0 ? part : transpose(part, order);
  const length = x.shape[0] as number;
  const meeting: Meeting = { kind: "all-gather", lengths: Array.from({ length: group.count }, () => length) };
  const keeper = keepers?.[index] ?? null;
  const all = listed(wholeOp.apply({ xs: [x] }, { group, id, meeting, keeper }), 1)[0]!;
  const rest = x.shape.slice(1) as number[];
  const copyOf = (keeper: number): Tensor => slice(all, [keeper * length, ...rest.map(() => 0)], [length, ...rest]);
  const whole = keepers === null ? all : concatenate(keepers.map(copyOf));
  return axis === 0 ? whole : transpose(whole, order.map((_, i) => order.indexOf(i))); // prettier-ignore
}
