// What of TensorFlow's names (test/golden/tf-api.json.gz: those that tutorials type) is here, and what differs.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { toCamelCase } from "../../lib/config/names.js";
import { absence } from "./deviations.js";
import { isPublic, spelledHere, type KerasParameter } from "./interface.js";
import { constructorParameters, parametersOf } from "./parameters.js";

/** A name of TensorFlow. */
export interface TensorFlowName {
  readonly name: string;
  readonly tier: 1 | 2 | 3;
  readonly kind: "class" | "function" | "method" | "property" | "constant" | "module" | "message" | "enum";
  readonly static?: boolean | readonly string[];
  readonly params?: readonly KerasParameter[];
  readonly methods?: Readonly<Record<string, readonly KerasParameter[]>>;
  readonly properties?: readonly string[];
}

/** What was found about one. */
export interface TensorFlowFinding {
  readonly row: TensorFlowName;
  readonly name: string;
  readonly isPresent: boolean;
  readonly absent?: string;
  readonly faults: readonly string[];
}

const file = fileURLToPath(new URL("../../../test/golden/tf-api.json.gz", import.meta.url));

export const tensorflowNames = (): readonly TensorFlowName[] =>
  (JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as { names: TensorFlowName[] }).names;

type AnyFunction = (...args: never[]) => unknown;

/** Parameters of TensorFlow that mean nothing here, and why: they are left out everywhere. */
export const leftOutParameters: readonly { readonly names: readonly string[]; readonly reason: string }[] = [
  { names: ["name"], reason: "names of nodes in graphs; declared where TensorFlow's functions are called with it" },
  {
    names: [
      "layout",
      "caching_device",
      "validate_shape",
      "variable_def",
      "import_scope",
      "experimental_enable_variable_lifting",
      "use_locking",
      "read_value",
    ],
    reason: "placement and locks of TensorFlow's run time",
  },
  {
    names: ["parallel_iterations", "back_prop", "swap_memory", "infer_shape", "experimental_use_pfor"],
    reason: "how TensorFlow runs a loop",
  },
  {
    names: [
      "jit_compile",
      "experimental_implements",
      "experimental_autograph_options",
      "experimental_attributes",
      "experimental_relax_shapes",
      "experimental_compile",
      "experimental_follow_type_hints",
    ],
    reason: "of TensorFlow's compilers",
  },
  { names: ["experimental_trackable", "experimental_mesh", "experimental_is_anonymous"], reason: "of TensorFlow's resources" },
  {
    names: ["output_types", "output_shapes", "args"],
    reason: "deprecated in TensorFlow: outputSignature, and a function that closes over its arguments",
  },
  {
    names: ["colocate_with_first_write_call", "handle", "flow", "tensor_array_name", "clear_after_read"],
    reason: "of TensorFlow 1's arrays",
  },
  { names: ["output_stream", "summarize", "end"], reason: "tf.print gives whole lines to console.log; printWith has separator and output" },
];

/** Names whose parameters differ, as a whole. */
const otherForms: readonly { readonly names: RegExp; readonly reason: string }[] = [
  {
    names: /^tf\.(Variable|Tensor|RaggedTensor|SparseTensor|TensorArray|TensorSpec|GradientTape|random\.Generator)$/,
    reason: "constructors take their options in one object",
  },
  { names: /^tf\.distribute\./, reason: "as docs/distribution.md describes" },
  { names: /^tf\.errors\./, reason: "errors here are facts: where, given, expected, hint" },
  {
    names:
      /^tf\.(device|custom_gradient|recompute_grad|function|py_function|print|zip|cond|while_loop|vectorized_map|constant|convert_to_tensor|autograph\.experimental\.do_not_convert)$/,
    reason: "keep the types of the functions they take",
  },
  {
    names: /^tf\.train\.(Checkpoint|CheckpointManager|latest_checkpoint)$/,
    reason: "objects by name in one record, and camelCase options",
  },
  {
    names:
      /^tf\.data\.Dataset\.(zip|apply|reduce|scan|map|flat_map|filter|take_while|from_generator|group_by_window|bucket_by_sequence_length|sample_from_datasets|padded_batch)$/,
    reason: "functions stand first, the rest in an options object",
  },
  { names: /^tf\.Module$/, reason: "the name in an options object" },
];

const isMeaningless = ({ name, required }: KerasParameter): boolean =>
  !(name === "name" && required) && leftOutParameters.some(({ names }) => names.includes(name));

/** What a path leads to: a value, or a member of a class's objects. */
function found(tf: object, path: string): { readonly isPresent: boolean; readonly value: unknown } {
  const parts = path.split(".").slice(1);
  const missing = { isPresent: false, value: undefined };
  let value: unknown = tf;
  for (const [i, part] of parts.entries()) {
    if (value === null || value === undefined) return missing;
    const holder = Object(value) as Record<string, unknown>;
    const { prototype } = holder as { prototype?: object };
    if (part in holder) value = holder[part];
    else if (i === parts.length - 1 && prototype && part in prototype)
      return { isPresent: true, value: Object.getOwnPropertyDescriptor(prototype, part)?.value };
    else return missing;
  }
  return { isPresent: true, value };
}

/** Everything about every name of TensorFlow. */
export function compareTensorFlow(tf: object): TensorFlowFinding[] {
  return tensorflowNames().map((row) => {
    const name = row.name === "tf.__version__" ? row.name : spelledHere(row.name);
    const absent = absence(row.name);
    const { isPresent, value } = found(tf, name);
    if (!isPresent)
      return {
        row,
        name,
        isPresent,
        ...(absent !== undefined && { absent }),
        faults: [absent ? "has no error that names what to use instead" : "is missing"],
      };
    if (absent !== undefined) return { row, name, isPresent, absent, faults: [] };
    return { row, name, isPresent, faults: faultsOf(row, value) };
  });
}

function faultsOf(row: TensorFlowName, value: unknown): string[] {
  if (row.kind === "message" || typeof value !== "function") return [];
  if (otherForms.some(({ names }) => names.test(row.name))) return [];
  const own = row.kind === "class" ? constructorParameters(value as AnyFunction) : parametersOf(value as AnyFunction);
  if (own === undefined) return [];
  const faults: string[] = [];
  const names = own.map(({ name }) => name);
  if (names.length === 1 && own[0]!.isRest) return [];
  for (const param of (row.params ?? []).filter((each) => !each.var && !isMeaningless(each) && isPublic(each.name))) {
    const name = toCamelCase(param.name).replace(/_$/, ""); // Python's way around its own names
    const mine = own.find((each) => each.name === name);
    if (!mine) faults.push(`parameter ${name} is missing`);
    else if (!param.required && mine.isRequired)
      faults.push(`parameter ${name} has no default, TensorFlow's is ${JSON.stringify(param.default)}`);
  }
  const required = (row.params ?? []).filter((param) => param.required && !param.keyword_only && !isMeaningless(param));
  required.forEach((param, i) => {
    if (names[i] !== undefined && names[i] !== toCamelCase(param.name) && names.includes(toCamelCase(param.name)))
      faults.push(`argument ${i + 1} is ${names[i]}, not ${toCamelCase(param.name)}`);
  });
  return faults;
}
