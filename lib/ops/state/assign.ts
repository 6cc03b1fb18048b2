// Reading and writing variables, as steps of a program in order.

import { primitive } from "../../core/primitive.js";
import type { Command, Operand } from "../../runtime/command.js";
import type { State } from "../../core/state.js";
import { bytesOf, type Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/core.js";
import { kernels as optimizersKernels } from "../../generated/kernels/optimizers.js";

/** Bytes that one claim of a thread copies. */
const COPY_GRAIN = 1 << 18;

const readOp = primitive({
  name: "read",
  inputs: ["&state"],
  infer: ({ state }) => ({ shape: state.shape, dtype: state.dtype }),
  alias: "state",
});

const assignOp = primitive({
  name: "assign",
  inputs: ["&state", "x"],
  writes: ["state"],
  sets: "x",
  keepsWidth: true,
  infer: () => ({}),
  lower: ({ state, x }) => kernels.copy_bytes({ x, y: state }, state.bytes, COPY_GRAIN),
});

/** The present value of a state. */
export const read = (state: State): Tensor => readOp.apply({ state });

/** Replaces the value of a state; x has its shape and dtype. */
export function assign(state: State, x: Tensor): void {
  assignOp.apply({ state, x });
}

/** Elements that one claim of a thread moves. */
const MOVING_GRAIN = 1 << 15;

const movingAverageOp = primitive({
  name: "moving_average",
  inputs: ["&average", "x"],
  writes: ["average"],
  infer: (_, _attrs: { readonly momentum: number }) => ({}),
  lower: ({ average, x }, _, { momentum }) =>
    optimizersKernels.moving_average_f32({ average, x, momentum, rest: 1 - momentum }, average.size, MOVING_GRAIN),
});

/** Moves a float32 state towards x, a float32 tensor of its shape: average · momentum + x · (1 − momentum), in the same bits. */
export function moveAverage(average: State, x: Tensor, momentum: number): void {
  movingAverageOp.apply({ average, x }, { momentum });
}

/** Copies bytes between operands: what a plan needs where a value must outlive its place. */
export const copyCommand = (x: Operand, y: Operand, bytes: number): Command => kernels.copy_bytes({ x, y }, bytes, COPY_GRAIN);

/** Copies a tensor of known size into another. */
export const copyTensor = (x: Tensor, y: Tensor): Command => copyCommand(x, y, bytesOf(x)!);
