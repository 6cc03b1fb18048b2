// Functions whose values in between are not kept for the gradient, but computed anew there: less memory for more time.
//
//  (1) Only the arguments, the results and what variables held are kept. What the function reads of variables counts as an argument, so
//      gradients flow to it, and the second run sees the values of the first: the same seeds, the same statistics.
//  (2) What the second run writes to variables is dropped.
//  (3) The second run depends on the gradient of the results. So no pass takes the values of the first run for it, and the plan of a
//      program gives the memory in between to others.

import { isFloat } from "../core/dtype.js";
import { apply, isForShapesAlone, isTracing, recordingOnly, tapes, tell, unrecorded } from "../core/interpreter.js";
import { maskOf, setMask } from "../core/mask.js";
import { asOneCall } from "../core/ownership.js";
import { localPrimitive } from "../core/primitive.js";
import type { Spec, Tensor } from "../core/tensor.js";
import { GradientTape } from "../autodiff/tape.js";
import { captureBranch } from "../graph/control/branch.js";
import { replay } from "../graph/graph.js";
import { flattenResult } from "../graph/signature.js";
import { after, identity } from "../ops/gradient/stop-gradient.js";
import { zeros } from "../ops/shaping/create.js";
import { copyTensor } from "../ops/state/assign.js";
import { observing, StatelessScope } from "./stateless-scope.js";
import { readingAs, type Variable } from "./variable.js";

/**
 * The function, whose values in between are not kept for its gradient but computed anew there: training takes less memory and more time.
 * Its results are those of the function, also where it draws random numbers or writes to variables.
 *
 * ```ts
 * const f = tf.recomputeGrad((x: tf.Tensor) => tf.sin(tf.square(x)));
 * const tape = new tf.GradientTape();
 * tape.watch(x);
 * tape.gradient(tape.record(() => f(x)), x);
 * ```
 *
 * Gradients flow to the tensors among the arguments, in arrays and records too, and to variables. TensorFlow: tf.recompute_grad
 */
export function recomputeGrad<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const { tensors, rebuild } = flattenResult(args);
    if (((!isTracing() || isForShapesAlone()) && tapes().length === 0) || tensors.some(({ isOfModel }) => isOfModel)) return fn(...args);
    return run((inputs) => fn(...rebuild(inputs)), tensors);
  };
}

function run<R>(fn: (inputs: readonly Tensor[]) => R, inputs: readonly Tensor[]): R {
  const reads = new Map<Variable, Tensor>();
  const written = new Set<object>();
  const observer = {
    read: (variable: object, value: Tensor) =>
      void (reads.has(variable as Variable) || isForShapesAlone() || reads.set(variable as Variable, value)),
    written: (variable: object) => void (isForShapesAlone() || written.add(variable)),
  };
  const made = recordingOnly(
    (recorder) => recorder.traces,
    () => observing(observer, () => fn(inputs)),
  );
  const { tensors, rebuild } = flattenResult(made);
  const variables = [...reads.keys()];
  // Tapes have to see the reads; of what was written in between they can't.
  const states = variables.map((variable) => (written.has(variable) ? reads.get(variable)! : readingAs(null, () => variable.value())));
  const xs = [...inputs, ...states];

  const gradients = (dys: readonly (Tensor | null)[], kept: readonly Tensor[]): (Tensor | null)[] => {
    const seeds = dys.filter((dy) => dy !== null);
    const again = kept.map((x) => setMask(after(x, seeds), maskOf(x)));
    const stateMapping = variables.map((variable, i) => [variable, again[inputs.length + i]!] as const);
    const sources = again.filter(({ dtype }) => isFloat(dtype));
    const tape = new GradientTape({ watchAccessedVariables: false });
    tape.watch(sources);
    const outputs = tape.record(() => new StatelessScope({ stateMapping }).run(() => flattenResult(fn(again)).tensors));
    const targets = outputs.filter(({ dtype }) => isFloat(dtype)).filter((_, i) => dys[i] !== null);
    const found = [...tape.gradient(targets, sources, { outputGradients: seeds })];
    return again.map((x) => (isFloat(x.dtype) ? found.shift()! : null));
  };

  const floats = tensors.filter(({ dtype }) => isFloat(dtype));
  const results = isTracing() ? traced(floats, xs, gradients) : recorded(floats, xs, gradients);
  return rebuild(tensors.map((tensor) => (isFloat(tensor.dtype) ? setMask(results.shift()!, maskOf(tensor)) : tensor)));
}

type GradientsOf = (dys: readonly (Tensor | null)[], xs: readonly Tensor[]) => (Tensor | null)[];

const named = (tensors: readonly Tensor[]): Record<string, Tensor> => Object.fromEntries(tensors.map((tensor, i) => [`y${i}`, tensor]));

/** Tells the tapes of a step that has this gradient. */
function recorded(values: readonly Tensor[], xs: readonly Tensor[], gradients: GradientsOf): Tensor[] {
  const outputs = values.map((value) => unrecorded(() => identity(value))); // an argument given back is a value of its own
  const op = localPrimitive({
    name: "recompute",
    inputs: ["xs"],
    keeps: ["xs"],
    infer: () => named(values),
    gradient: (dy, { xs }) => ({
      xs: () => asOneCall(null, () => gradients(listOf(dy as Record<string, Tensor | null>, values.length), xs as Tensor[])),
    }),
  });
  tell({ op, inputs: { xs }, attrs: undefined, outputs: named(outputs) });
  return outputs;
}

const listOf = (dy: Readonly<Record<string, Tensor | null>>, count: number) => Array.from({ length: count }, (_, i) => dy[`y${i}`] ?? null);

/** A step of the trace: the gradient is a graph, so that it goes wherever the trace is run, inlined or differentiated. */
function traced(values: readonly Tensor[], xs: readonly Tensor[], gradients: GradientsOf): Tensor[] {
  if (values.length === 0) return [];
  const { graph, captures, rebuild } = captureBranch("recompute", values, (dys) => gradients(dys, xs));
  const isOne = values.length === 1;
  const zerosFor = ({ shape, dtype }: Spec): Tensor => zeros(shape as readonly number[], { dtype });
  const op = localPrimitive({
    name: "recompute",
    inputs: [isOne ? "value" : "values", "xs", "captures"],
    keeps: ["captures"],
    ...(isOne
      ? { alias: "value", infer: ({ value }) => value as Tensor }
      : {
          infer: (given) => named(given["values"] as readonly Tensor[]),
          lower: (given, outputs) => (given["values"] as readonly Tensor[]).map((value, i) => copyTensor(value, outputs[`y${i}`]!)),
        }),
    gradient: (dy, kept, { specs }) => ({
      xs: () => {
        const dys = isOne ? [dy as Tensor] : listOf(dy as Record<string, Tensor | null>, values.length);
        const given = dys.map((each, i) => each ?? zerosFor((specs["values"] as readonly Spec[])[i]!));
        return rebuild(replay(graph, [...given, ...(kept["captures"] as readonly Tensor[])]));
      },
    }),
  });
  const inputs = isOne ? { value: values[0], xs, captures } : { values, xs, captures };
  const made = apply(op, inputs, undefined);
  return isOne ? [made as Tensor] : values.map((_, i) => (made as Record<string, Tensor>)[`y${i}`]!);
}
