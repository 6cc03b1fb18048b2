// One step of an optimizer on one variable, each a single pass over memory. The numbers are those of Keras's optimizers, in its order of
// rounding.
//
// The learning rate and the number of steps done are tensors, read when the step runs: a compiled training step follows a schedule.

import { DtypeError, ShapeError } from "../../core/errors.js";
import { primitive, type InputsOf } from "../../core/primitive.js";
import { sameShape, shapeText } from "../../core/shape.js";
import type { State } from "../../core/state.js";
import type { Tensor } from "../../core/tensor.js";
import { kernels } from "../../generated/kernels/optimizers.js";
import type { Command } from "../../runtime/command.js";
import { unary } from "../elementwise/family.js";

const GRAIN = 1 << 15;

/** What all updates take. */
export interface Update {
  readonly variable: State;
  /** float32, the shape of the variable. */
  readonly gradient: Tensor;
  /** float32 scalar. */
  readonly learningRate: Tensor;
  /** Decoupled weight decay; default 0. */
  readonly weightDecay?: number;
}

interface Decay {
  readonly weightDecay: number;
}

const common = ["&variable", "gradient", "learningRate"] as const;

function check(where: string, { variable, gradient, learningRate }: { variable: State; gradient: Tensor; learningRate: Tensor }): void {
  if (!sameShape(variable.shape, gradient.shape)) {
    throw new ShapeError(where, {
      given: `a gradient of shape ${shapeText(gradient.shape)}`,
      expected: `the variable's ${shapeText(variable.shape)}`,
    });
  }
  for (const { dtype } of [variable, gradient, learningRate]) {
    if (dtype !== "float32") throw new DtypeError(where, { given: dtype, expected: "float32 variables, gradients and learning rates" });
  }
}

/** An update of the variable and of the slots that these options have: null slots in the kernel's arguments are left out. */
function update<const S extends string, A extends Decay>(
  name: string,
  slots: readonly S[],
  lower: (inputs: InputsOf<(typeof common)[number] | `&${S}`>, attrs: A) => Command,
) {
  return primitive({
    name,
    inputs: [...common, ...slots.map((slot) => `&${slot}` as const)] as readonly ((typeof common)[number] | `&${S}`)[],
    writes: ["variable", ...slots] as never,
    infer: (inputs, _: A) => {
      check(name, inputs as never);
      return {};
    },
    lower: (inputs, _, attrs) => lower(inputs as never, attrs),
  });
}

interface SgdAttrs extends Decay {
  readonly momentum: number;
  readonly nesterov: boolean;
}

const sgdOp = update<never, SgdAttrs>("sgd", [], ({ variable, gradient, learningRate }, { weightDecay }) =>
  kernels.sgd_f32({ variable, gradient, learningRate, weightDecay, velocity: null, momentum: 0, nesterov: 0 }, variable.size, GRAIN),
);

const sgdMomentumOp = update<"velocity", SgdAttrs>(
  "sgd_momentum",
  ["velocity"],
  ({ variable, gradient, learningRate, velocity }, { weightDecay, momentum, nesterov }) =>
    kernels.sgd_f32(
      { variable, gradient, learningRate, weightDecay, velocity, momentum, nesterov: nesterov ? 1 : 0 },
      variable.size,
      GRAIN,
    ),
);

/** Stochastic gradient descent. Keras: keras.optimizers.SGD. @param options.velocity  needed for a momentum other than 0 */
export function sgdUpdate({
  weightDecay = 0,
  momentum = 0,
  nesterov = false,
  velocity,
  ...inputs
}: Update & { velocity?: State; momentum?: number; nesterov?: boolean }): void {
  const attrs = { weightDecay, momentum, nesterov };
  if (velocity) sgdMomentumOp.apply({ ...inputs, velocity }, attrs);
  else sgdOp.apply(inputs, attrs);
}

interface RmspropAttrs extends Decay {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

type RmspropInputs = InputsOf<(typeof common)[number] | "&velocity"> & { readonly moment?: State; readonly average?: State };

function rmspropCommand(inputs: RmspropInputs, { weightDecay, rho, momentum, epsilon }: RmspropAttrs): Command {
  const { variable, gradient, learningRate, velocity, moment = null, average = null } = inputs;
  const args = { variable, gradient, learningRate, weightDecay, velocity, moment, average, rho, rhoRest: 1 - rho, momentum, epsilon };
  return kernels.rmsprop_f32(args, variable.size, GRAIN);
}

const rmspropOp = update<"velocity", RmspropAttrs>("rmsprop", ["velocity"], rmspropCommand);
const rmspropMomentumOp = update<"velocity" | "moment", RmspropAttrs>("rmsprop_momentum", ["velocity", "moment"], rmspropCommand);
const rmspropCenteredOp = update<"velocity" | "average", RmspropAttrs>("rmsprop_centered", ["velocity", "average"], rmspropCommand);
const rmspropFullOp = update<"velocity" | "moment" | "average", RmspropAttrs>(
  "rmsprop_centered_momentum",
  ["velocity", "moment", "average"],
  rmspropCommand,
);

/**
 * RMSprop. Keras: keras.optimizers.RMSprop.
 *
 * @param options.velocity  mean square of the gradients
 * @param options.moment    needed for a momentum above 0
 * @param options.average   mean of the gradients, for the centered kind
 */
export function rmspropUpdate({
  weightDecay = 0,
  rho = 0.9,
  momentum = 0,
  epsilon = 1e-7,
  moment,
  average,
  ...inputs
}: Update & { velocity: State; moment?: State; average?: State; rho?: number; momentum?: number; epsilon?: number }): void {
  const attrs = { weightDecay, rho, momentum, epsilon };
  if (moment && average) rmspropFullOp.apply({ ...inputs, moment, average }, attrs);
  else if (moment) rmspropMomentumOp.apply({ ...inputs, moment }, attrs);
  else if (average) rmspropCenteredOp.apply({ ...inputs, average }, attrs);
  else rmspropOp.apply(inputs, attrs);
}

interface AdamAttrs extends Decay {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

interface AdamInputs {
  readonly variable: State;
  readonly gradient: Tensor;
  readonly learningRate: Tensor;
  readonly iterations: Tensor;
  readonly moment: State;
  readonly velocity: State;
  readonly largest?: State;
}

function adamCommand(inputs: AdamInputs, { weightDecay, beta1, beta2, epsilon }: AdamAttrs): Command {
  const { largest = null, variable } = inputs;
  const args = { ...inputs, largest, weightDecay, beta1, beta1Rest: 1 - beta1, beta2, beta2Rest: 1 - beta2, epsilon };
  return kernels.adam_f32(args, variable.size, GRAIN);
}

const adamOp = primitive({
  name: "adam",
  inputs: [...common, "iterations", "&moment", "&velocity"],
  writes: ["variable", "moment", "velocity"],
  infer: (inputs, _: AdamAttrs) => {
    check("adam", inputs);
    return {};
  },
  lower: (inputs, _, attrs) => adamCommand(inputs, attrs),
});

const amsgradOp = primitive({
  name: "amsgrad",
  inputs: [...common, "iterations", "&moment", "&velocity", "&largest"],
  writes: ["variable", "moment", "velocity", "largest"],
  infer: (inputs, _: AdamAttrs) => {
    check("amsgrad", inputs);
    return {};
  },
  lower: (inputs, _, attrs) => adamCommand(inputs, attrs),
});

/**
 * Adam; AdamW with weight decay; AMSGrad with `largest`. Keras: keras.optimizers.Adam, AdamW.
 *
 * @param options.iterations  int32 scalar: the number of steps before this one
 * @param options.moment      mean of the gradients
 * @param options.velocity    mean square of the gradients
 * @param options.largest     the largest velocity so far
 */
export function adamUpdate({
  weightDecay = 0,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
  largest,
  ...inputs
}: Update & {
  iterations: Tensor;
  moment: State;
  velocity: State;
  largest?: State;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}): void {
  const attrs = { weightDecay, beta1, beta2, epsilon };
  if (largest) amsgradOp.apply({ ...inputs, largest }, attrs);
  else adamOp.apply(inputs, attrs);
}

/** x, and 0 where that is a denormal number: below 1.18e-38. */
export const flushed = unary({ name: "flush", kernel: kernels.flush_f32, grain: GRAIN });
