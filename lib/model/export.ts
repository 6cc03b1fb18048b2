// model.export: a model in the form of other run times; the writer of the form comes with the first export.

import { boolean, field, invalid, nullable, type Options, schema, string } from "../config/index.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { leaves, type Tree, unflatten } from "../core/tree.js";
import { Tensor } from "../core/tensor.js";
import { TensorSpec } from "../graph/signature.js";
import { trace } from "../graph/trace.js";
import { finish } from "../runtime/parts.js";
import { platform } from "#platform";
import { placeOf, write } from "../saving/place.js";
import type { Variable } from "../variables/variable.js";
import type { Model } from "./model.js";

const exportOptions = schema([], {
  /** "onnx"; others of Keras's are not supported. Default: what the path's ending says. */
  format: nullable(string()),
  /** Shapes and dtypes of the inputs, with names: `tf.TensorSpec`, or an array or record of them. Default: those of a functional model. */
  inputSignature: nullable(
    field<object, object>({
      expected: "tf.TensorSpec, or an array or record of them",
      takesObjects: true,
      parse: (value) => (typeof value === "object" && value !== null ? value : invalid),
    }),
  ),
  /** Whether to say where the file is. */
  verbose: boolean(false),
});

export type ExportOptions = Options<typeof exportOptions>;

/** Writes a model as an ONNX file, for inference. */
export async function exportModel(model: Model, path: string, options: ExportOptions = {}): Promise<void> {
  const where = `${model.name}.export`;
  const { format, inputSignature, verbose } = exportOptions.parse(where, [options]);
  const kind = format ?? (String(path).endsWith(".onnx") ? "onnx" : "tf_saved_model");
  if (kind !== "onnx") {
    throw new ArgumentError(`${where}.format`, {
      given: text(kind),
      expected: '"onnx": the other formats of Keras are not supported',
      hint: 'model.export("model.onnx", { format: "onnx" }) gives a file that ONNX Runtime, and converters to most others, read.',
    });
  }
  const { specs, names, like } = inputsOf(model, inputSignature as Tree<TensorSpec> | null, where);
  const calling = trace(model.name, specs, false, function* (tensors) {
    const inputs = like === null ? tensors[0]! : unflatten(like, tensors);
    const outputs = leaves(model<unknown>(inputs as never, { training: false }) as Tree<unknown>);
    const wrong = outputs.find((output) => !(output instanceof Tensor));
    if (wrong !== undefined) throw new StateError(where, { given: `the output ${text(wrong)}`, expected: "tensors" });
    return { tensors: outputs as Tensor[], rebuild: (tensors) => tensors };
  });
  const { graph } = finish(calling);
  const variables = new Map(model.variables.map((variable) => [variable.state, variable]));
  const { exportGraph } = await import("../saving/onnx/export.js");
  const outputs = uniqueNames(
    graph.outputs.map((_, i) => (model.outputNames?.[i] === undefined ? `output_${i}` : model.outputNames[i]!)),
    names,
  );
  const taken = new Set([...names, ...outputs]);
  const content = exportGraph(graph, { inputs: names, outputs, stateName: (state) => variableName(variables.get(state), taken) }, where);
  await write(placeOf(path), content);
  if (verbose) platform.output.write(`Saved the model as ONNX to ${path}\n`);
}

/** A name that nothing else has. */
function uniqueNames(given: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken);
  return given.map((name) => {
    let own = name;
    for (let i = 1; used.has(own); i++) own = `${name}_${i}`;
    used.add(own);
    return own;
  });
}

function variableName(variable: Variable | undefined, taken: Set<string>): string | undefined {
  if (!variable) return undefined;
  const [name] = uniqueNames(["path" in variable ? String(variable.path) : variable.name], [...taken]);
  taken.add(name!);
  return name;
}

function inputsOf(model: Model, signature: Tree<TensorSpec> | null, where: string) {
  if (signature === null && !model.graph) {
    throw new ArgumentError(`${where}.inputSignature`, {
      given: "nothing, for a model without a graph",
      expected: "tf.TensorSpec of its inputs",
    });
  }
  const like = signature ?? model.graph!.inputStructure;
  const all = leaves(like as Tree<TensorSpec | Tensor>);
  const specs = all.map((spec) => {
    const { shape, dtype, name } = spec as { shape: Tensor["shape"] | null; dtype: Tensor["dtype"]; name?: string | null };
    if (Array.isArray(shape) && dtype) return { shape: shape as Tensor["shape"], dtype, ...(name && { name }) };
    throw new ArgumentError(`${where}.inputSignature`, { given: text(spec), expected: "a tf.TensorSpec with a shape" });
  });
  const names = uniqueNames(specs.map(({ name }, i) => name ?? `input_${i}`), []); // prettier-ignore
  return { specs, names, like: all.length === 1 && all[0] === like ? null : (like as Tree<unknown>) };
}
