import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "../../../lib/core/tensor.js";
import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import { type Mode } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { find, revive } from "../surface.js";
import { exact, tolerances } from "../tolerances.js";
import { type Encoded, isEncoded, toTensor } from "../values.js";

interface Model {
  (inputs: unknown, options: { training: boolean }): unknown;
  readonly weights: readonly { readonly name: string; value(): Tensor }[];
  loadWeights?(path: string): Promise<unknown>;
}

/** One kind of file of a saved model: the weights are the same, the outputs within tolerance. */
export async function runSaved(testCase: Case, mode: Mode): Promise<void> {
  const kind = String(testCase["file_kind"]);
  const path = join(testCase.dir, String((testCase["files"] as Record<string, string>)[kind]));
  if (!existsSync(path)) throw new Unsupported(`the file ${path}`);
  const model = await load(kind, path, testCase["config"]);
  const weights = testCase["weights"] as { name: string; value: Encoded }[];
  if (model.weights.length !== weights.length) throw new Mismatch(`weights: got ${model.weights.length}, expected ${weights.length}`);
  weights.forEach(({ name, value }, index) => compare(value, model.weights[index]!.value(), exact, `weight ${index}, ${name}`));
  const inputs = tensors(testCase["inputs"]);
  const outputs = mode.run(() => model(inputs, { training: false }), []);
  compare(testCase["outputs"], outputs, tolerances.saving.outputs, "outputs");
}

async function load(kind: string, path: string, config: unknown): Promise<Model> {
  if (kind === ".keras" || kind === ".h5") return (await find("models", "load_model")(path as never)) as Model;
  const model = revive(config) as unknown as Model;
  if (typeof model.loadWeights !== "function") throw new Unsupported("model.loadWeights");
  await model.loadWeights(path);
  return model;
}

function tensors(value: unknown): unknown {
  if (isEncoded(value)) return toTensor(value);
  return Array.isArray(value)
    ? value.map(tensors)
    : Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, tensors(item)]));
}
