import { maskOf } from "../../../lib/core/mask.js";
import type { Shape } from "../../../lib/core/shape.js";
import type { Tensor } from "../../../lib/core/tensor.js";
import { arrange } from "../call.js";
import type { Case } from "../cases.js";
import { compare, compareGradient } from "../compare.js";
import { Leaves, pairs } from "../leaves.js";
import { differentiate, type Mode } from "../modes.js";
import { Mismatch } from "../outcome.js";
import { revive, surface } from "../surface.js";
import { tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, isRecord, toTensor } from "../values.js";
import { compareConfig } from "./config.js";

interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  value(): Tensor;
  assign(value: Tensor): unknown;
}

interface Layer {
  (...args: unknown[]): unknown;
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
  readonly losses: readonly Tensor[];
  readonly supportsMasking: boolean;
  call(...args: never[]): unknown;
  resetState?(): void;
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly value: Encoded;
}

interface Call {
  readonly training: boolean | null;
  readonly same_as_call?: number;
  readonly output?: unknown;
  readonly weights_after?: readonly { index: number; value: Encoded }[];
  readonly losses?: readonly Encoded[];
  readonly cotangent?: unknown;
  readonly grad_args?: unknown;
  readonly grad_kwargs?: unknown;
  readonly grad_weights?: readonly { index: number; value: Encoded | null }[];
}

type LayerFamily = "layers" | "models" | "models_captured";

/** A layer or model with recorded weights: its outputs, masks, losses, changed weights and gradients, for each recorded call. */
export function runLayer(testCase: Case, mode: Mode, family: LayerFamily): void {
  const layer = revive(testCase["config"]) as unknown as Layer;
  if (family === "layers") compareConfig(testCase["config"], layer);
  const recorded = { args: testCase["args"] as unknown[], kwargs: testCase["kwargs"] as Record<string, unknown> };
  const leaves = new Leaves(recorded);
  if (layer.weights.length === 0) {
    // Building needs shapes only.
    const specs = leaves.tensors.map((tensor) => surface.symbolic({ shape: tensor.shape, dtype: tensor.dtype }));
    invoke(layer, leaves.restore(recorded, specs) as typeof recorded, null);
  }
  const weights = testCase["weights"] as Weight[];
  compareWeights(weights, layer.weights);
  compareCounts(testCase, layer);
  const calls = testCase["calls"] as Call[];
  for (const call of calls) runCall(testCase, layer, { ...calls[call.same_as_call ?? -1], ...call }, leaves, mode, family);
}

function runCall(testCase: Case, layer: Layer, call: Call, leaves: Leaves, mode: Mode, family: LayerFamily): void {
  const recorded = { args: testCase["args"] as unknown[], kwargs: testCase["kwargs"] as Record<string, unknown> };
  const { outputs: tolerance, gradients: gradientTolerance } = tolerances[family];
  const where = `training ${String(call.training)}`;
  const weights = testCase["weights"] as Weight[];
  weights.forEach(({ value }, index) => layer.weights[index]!.assign(toTensor(value)));
  layer.resetState?.();
  const run = (tensors: readonly Tensor[]): { output: unknown; masks: unknown; losses: readonly Tensor[] } => {
    const output = invoke(layer, leaves.restore(recorded, tensors) as typeof recorded, call.training);
    return { output, masks: masksOf(call.output, output), losses: layer.losses };
  };
  const wantsGradients = call.grad_args !== undefined || call.grad_weights !== undefined;
  const trainable = layer.weights.filter(({ trainable }) => trainable);
  const { outputs, gradients } = mode.run((tensors) => {
    if (!wantsGradients) return { outputs: run(tensors), gradients: [] };
    const sources = [...tensors.filter((_, index) => leaves.isFloat[index]), ...trainable];
    return differentiate(
      () => run(tensors),
      sources,
      ({ output }) => pairs(output, call.cotangent),
    );
  }, leaves.tensors);
  compare(call.output, outputs.output, tolerance, `output, ${where}`);
  compareMasks(call.output, outputs.masks, `mask, ${where}`);
  if (call.losses) compare(call.losses, outputs.losses, { rtol: 1e-4, atol: 1e-6 }, `losses, ${where}`);
  const after = new Map(call.weights_after?.map(({ index, value }) => [index, value]));
  weights.forEach(({ name, value }, index) =>
    compare(after.get(index) ?? value, layer.weights[index]!.value(), tolerance, `${name} afterwards, ${where}`),
  );
  if (!wantsGradients) return;
  let next = 0;
  const byLeaf = leaves.isFloat.map((isFloat) => (isFloat ? gradients[next++]! : null));
  const actual = leaves.arrange(recorded, byLeaf) as typeof recorded;
  compareGradient(call.grad_args, actual.args, gradientTolerance, `gradient of the arguments, ${where}`);
  compareGradient(call.grad_kwargs, actual.kwargs, gradientTolerance, `gradient of the arguments, ${where}`);
  for (const { index, value } of call.grad_weights ?? []) {
    const gradient = gradients[next + trainable.indexOf(layer.weights[index]!)];
    compareGradient(value, gradient, gradientTolerance, `gradient of weight ${index}, ${weights[index]!.name}, ${where}`);
  }
}

/** The shapes and dtypes that a layer gives for symbolic tensors, and the weights it builds. */
export function runSymbolicLayer(testCase: Case): void {
  const layer = revive(testCase["config"]) as unknown as Layer;
  compareConfig(testCase["config"], layer);
  const recorded = { args: testCase["args"] as unknown[], kwargs: testCase["kwargs"] as Record<string, unknown> };
  const { training, ...others } = recorded.kwargs;
  const { args, kwargs } = new Leaves(recorded).restore({ args: recorded.args, kwargs: others }, []) as typeof recorded;
  const output = invoke(layer, { args, kwargs }, (training as boolean | undefined) ?? null);
  compare(testCase["output"], output, tolerances.layers_symbolic.outputs, "output");
  compareWeights(testCase["weights"] as Weight[], layer.weights);
  compareCounts(testCase, layer);
}

function invoke(layer: Layer, { args, kwargs }: { args: unknown[]; kwargs: Record<string, unknown> }, training: boolean | null): unknown {
  const named = training === null ? kwargs : { ...kwargs, training };
  return layer(...arrange(layer.call, named, Object.keys(named), args));
}

function compareWeights(expected: readonly Weight[], actual: readonly Variable[]): void {
  const list = (weights: readonly { name: string; shape: Shape }[]): string =>
    weights.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  const fits = expected.length === actual.length && expected.every(({ shape }, index) => shape.join() === actual[index]!.shape.join());
  if (!fits) throw new Mismatch(`weights: got ${list(actual)}; expected ${list(expected)}`);
}

function compareCounts(testCase: Case, layer: Layer): void {
  for (const [name, got] of [
    ["trainable_weights", layer.trainableWeights.length],
    ["non_trainable_weights", layer.nonTrainableWeights.length],
    ["supports_masking", layer.supportsMasking],
  ] as const) {
    const expected = testCase[name];
    if (expected !== undefined && expected !== got) throw new Mismatch(`${name}: got ${String(got)}, expected ${String(expected)}`);
  }
}

/** The masks of outputs, in their nesting. */
function masksOf(expected: unknown, output: unknown): unknown {
  if (isEncoded(expected)) return maskOf(output as Tensor) ?? null;
  if (Array.isArray(expected)) return expected.map((item, index) => masksOf(item, (output as readonly unknown[] | undefined)?.[index]));
  if (isRecord(expected))
    return Object.fromEntries(
      Object.entries(expected).map(([key, item]) => [key, masksOf(item, (output as Record<string, unknown>)[key])]),
    );
  return null;
}

function compareMasks(expected: unknown, masks: unknown, where: string): void {
  if (isEncoded(expected)) {
    if (expected.keras_mask !== undefined) compare(expected.keras_mask, masks, tolerances.layers.outputs, where);
  } else if (Array.isArray(expected)) {
    expected.forEach((item, index) => compareMasks(item, (masks as readonly unknown[])[index], `${where}[${index}]`));
  } else if (isRecord(expected)) {
    for (const [key, item] of Object.entries(expected)) compareMasks(item, (masks as Record<string, unknown>)[key], `${where}.${key}`);
  }
}
