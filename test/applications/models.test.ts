// Every recorded line about keras.applications: graphs and weights of all 40 networks, totals of 634 variants, 247 refusals.

import t from "tap";
import { classNameOf } from "../../lib/config/index.js";
import { KerasmError } from "../../lib/core/errors.js";
import { OperationCall } from "../../lib/layers/functional/operation-call.js";
import { keras, type Variable } from "../../lib/index.js";
import { kerasObjects } from "../../lib/saving/keras/walk.js";
import type { KerasSaveable } from "../../lib/saving/saveable.js";
import { make, recorded } from "./facts.js";

t.setTimeout(240_000);

type Layer = readonly [name: string, type: string, shape: readonly (number | null)[], parameters: number, inner?: readonly Layer[]];

interface Totals {
  readonly name: string;
  readonly model_name: string;
  readonly params: number;
  readonly trainable_params: number;
  readonly input_shape: readonly (number | null)[];
  readonly output_shape: readonly (number | null)[];
  readonly n_layers: number;
  readonly n_operations: number;
}

interface Full extends Totals {
  readonly kind: "full";
  readonly model_class: string;
  readonly layers: readonly Layer[];
  readonly operations: readonly (readonly [string, readonly number[]] | readonly [string, string, readonly number[], readonly number[]])[];
  readonly weights: readonly (readonly [path: string, shape: readonly number[]])[];
  readonly non_trainable: readonly number[];
  readonly weights_h5: readonly string[];
}

interface Variant extends Totals {
  readonly kind: "variant";
  readonly args: Record<string, never>;
  readonly data_format?: string;
  readonly n_weights: number;
  readonly last_layer: string;
  readonly warnings?: readonly string[];
}

interface Refusal {
  readonly kind: "error";
  readonly name: string;
  readonly args: Record<string, never>;
  readonly data_format?: string;
  readonly message: string;
}

const lines = recorded<Full | Variant | Refusal | { readonly kind: "download" }>("models.jsonl.gz");
const full = lines.filter((line) => line.kind === "full");
const variants = lines.filter((line) => line.kind === "variant");
const refusals = lines.filter((line) => line.kind === "error");

const elements = (variables: readonly Variable[]): number =>
  variables.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);

const outputShape = (layer: keras.Layer): unknown => (layer.output as { shape: unknown }).shape;

const described = (layer: keras.Layer): Layer => {
  const inner = layer instanceof keras.Sequential ? [layer.layers.map(described)] : [];
  return [layer.name, classNameOf(layer), outputShape(layer) as never, elements(layer.weights), ...inner] as unknown as Layer;
};

const totals = (model: keras.Model) => ({
  model_name: model.name,
  params: model.countParams(),
  trainable_params: elements(model.trainableWeights),
  input_shape: model.inputShape,
  output_shape: model.outputShape,
  n_layers: model.layers.length,
  n_operations: model.graph!.operations.length,
});

const totalsOf = ({ model_name, params, trainable_params, input_shape, output_shape, n_layers, n_operations }: Totals) => ({
  model_name,
  params,
  trainable_params,
  input_shape,
  output_shape,
  n_layers,
  n_operations,
});

/** Where each weight stands in a `.weights.h5` file. */
function placesOf(model: keras.Model): Map<Variable, string> {
  const places = new Map<Variable, string>();
  for (const { path, state } of kerasObjects(model as unknown as KerasSaveable & object))
    state.variables.forEach((variable, i) => places.set(variable, `${path}/vars/${i}`));
  return places;
}

t.test("graphs and weights of all networks", async (t) => {
  t.equal(full.length, 40);
  for (const line of full) {
    const model = await make(line.name, {});
    const { operations } = model.graph!;
    t.strictSame(totals(model), totalsOf(line), line.name);
    t.equal(model.constructor.name, line.model_class);
    t.strictSame(model.layers.map(described), line.layers, `${line.name}: layers`);
    const feeding = (operation: (typeof operations)[number]) =>
      operation.inboundNodes.flatMap(({ inputs }) => inputs.map(({ history }) => operations.indexOf(history!.operation)));
    t.strictSame(
      operations.map((operation) => [operation.name, feeding(operation)]),
      line.operations.map((operation) => [operation[0], operation.at(-1)]),
      `${line.name}: graph`,
    );
    t.strictSame(
      operations.flatMap((operation) =>
        operation instanceof OperationCall
          ? [[operation.name, operation.declared.className, operation.inboundNodes[0]!.outputs[0]!.shape]]
          : [],
      ),
      line.operations.flatMap((operation) => (operation.length === 4 ? [operation.slice(0, 3)] : [])),
      `${line.name}: operations that are no layers`,
    );
    const weights = model.weights as unknown as (Variable & { path: string })[];
    t.strictSame(
      weights.map(({ path, shape }) => [path, shape]),
      line.weights,
      `${line.name}: weights`,
    );
    t.strictSame(
      weights.flatMap(({ trainable }, i) => (trainable ? [] : [i])),
      line.non_trainable,
      `${line.name}: which are not trained`,
    );
    const places = placesOf(model);
    t.strictSame(
      weights.map((weight) => places.get(weight)),
      line.weights_h5,
      `${line.name}: places in a .weights.h5 file`,
    );
  }
});

t.test("totals of variants", async (t) => {
  t.equal(variants.length, 634);
  for (const line of variants) {
    const model = await silently(() => make(line.name, line.args, line.data_format));
    t.strictSame(
      { ...totals(model.result), n_weights: model.result.weights.length, last_layer: model.result.layers.at(-1)!.name },
      { ...totalsOf(line), n_weights: line.n_weights, last_layer: line.last_layer },
      `${line.name} ${JSON.stringify(line.args)} ${line.data_format ?? ""}`,
    );
    t.equal(model.warnings.length, (line.warnings ?? []).length, "warnings");
  }
});

/** What Keras says in a refusal, by a part of its message, and where and what ours says. */
const reasons: readonly (readonly [message: RegExp, where: RegExp, expected: RegExp])[] = [
  [/^'/, /\.name$/, /one of efficientnetv2-b0.*efficientnetv2-l/],
  [/does not support the `channels_first`/, /^\w+$/, /channels_last/],
  [/should specify a static `input_shape`/, /\.inputShape$/, /static shape/],
  [/alpha (?:can|must) be one of/, /\.alpha$/, /\b1\b.*"imagenet"/],
  [/depth multiplier must be 1/, /\.depthMultiplier$/, /^1, as weights: "imagenet"/],
  [/`classes` should be 1000/, /\.classes$/, /^1000.*includeTop: true/],
  [/expected min_ndim/, /\.inputShape$/, /three integers/],
  [/Input size must be at least (\d+x\d+)/, /\.inputShape$/, /at least \d+x\d+/],
  [/`None` and `softmax` activations/, /\.classifierActivation$/, /"softmax" or null.*includeTop: true/],
  [/`weights` argument should be/, /\.weights$/, /null \(random initialization\), "imagenet".*path/],
  [/`input_shape` should be \(/, /\.inputShape$/, /\[.*\].*includeTop: true/],
  [/must be a tuple of three integers/, /\.inputShape$/, /three integers/],
];

t.test("refusals, with Keras's reason", async (t) => {
  t.equal(refusals.length, 247);
  for (const line of refusals) {
    const label = `${line.name} ${JSON.stringify(line.args)} ${line.data_format ?? ""}`;
    const error = await silently(() => make(line.name, line.args, line.data_format)).then(
      () => null,
      (cause: unknown) => cause,
    );
    const reason = reasons.find(([message]) => message.test(line.message));
    if (!(error instanceof KerasmError) || !reason) {
      t.fail(`${label}: ${String(error)}; Keras: ${line.message}`);
      continue;
    }
    const [message, where, expected] = reason;
    t.ok(error.where.startsWith(line.name), `${label}: ${error.where}`);
    t.match(error.where, where, label);
    t.match(error.expected, expected, label);
    const [, fact] = message.exec(line.message)!;
    if (fact) t.ok(error.expected.includes(fact), `${label}: ${error.expected} names ${fact}`);
  }
});

/** Runs an action and keeps what it warned of. */
async function silently<T>(action: () => Promise<T>): Promise<{ result: T; warnings: string[] }> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    return { result: await action(), warnings };
  } finally {
    console.warn = warn;
  }
}
