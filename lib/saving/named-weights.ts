// Weights by name, as safetensors files have them: for each variable a name, and where the file has it otherwise, how its axes are turned.

import { isPlainObject } from "../config/index.js";
import { dtypes } from "../core/dtype.js";
import { ArgumentError, didYouMean, text } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import { bytesOf, textOf } from "../formats/bytes.js";
import type { Elements } from "../formats/dtypes.js";
import { FormatError } from "../formats/error.js";
import { parseJson } from "../formats/json.js";
import { writeSafetensors } from "../formats/safetensors.js";
import type { Variable } from "../variables/variable.js";
import { SafetensorsFile } from "./arrays.js";
import { CheckpointError } from "./error.js";
import { Assignments } from "./keras/assignments.js";
import { type Place, readFile } from "./place.js";

/** Where a variable is in a file: its name there, and the order of the variable's axes in it; null for one that stays as it is. */
export type NamedWeight = string | { readonly name: string; readonly transpose?: readonly number[] } | null;

/** What names the variables of a model: by path, `dense/kernel`. */
export type NameMap = Readonly<Record<string, NamedWeight>> | ((path: string, variable: Variable) => NamedWeight);

/** Variables by the names of the layers that lead to them: `encoder/dense/kernel`. */
export type NamedVariables = readonly (readonly [path: string, variable: Variable])[];

/** The file of the variables by their paths. @throws ArgumentError where two have one path */
export function namedWeights(variables: NamedVariables, where: string) {
  const seen = new Set<string>();
  const inputs = variables.map(([name, variable]) => {
    if (seen.has(name))
      throw new ArgumentError(where, { given: `two variables named ${text(name)}`, expected: "names of their own for layers" });
    seen.add(name);
    return { name, dtype: variable.dtype, shape: variable.shape, bytes: variable.fileBytes() };
  });
  return writeSafetensors(inputs, { format: "kerasm" });
}

/** How named weights are taken over. */
export interface NamedOptions {
  readonly nameMap: NameMap | null;
  /** Leave out what does not fit, with a warning. */
  readonly skipMismatch: boolean;
  /** Variables that stay as they are. */
  readonly skip: ReadonlySet<Variable>;
}

/** Plans to take over weights by name, of one file or of the parts that an index names. @throws CheckpointError, FormatError */
export async function planNamed(variables: NamedVariables, place: Place, options: NamedOptions): Promise<Assignments> {
  const { nameMap, skipMismatch, skip } = options;
  const files = await filesAt(place);
  const { path: where } = place;
  const plan = new Assignments();
  const places = new Map(files.flatMap((file) => file.names.map((name) => [name, file] as const)));
  const taken = new Set<string>();
  const leftOut: string[] = [];
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!skipMismatch || !(error instanceof CheckpointError)) throw error;
      leftOut.push(error.message);
    }
  };
  for (const [own, variable] of variables) {
    const given =
      nameMap === null
        ? own
        : typeof nameMap === "function"
          ? nameMap(own, variable)
          : Object.hasOwn(nameMap, own)
            ? nameMap[own]
            : undefined;
    if (given === null || skip.has(variable)) {
      if (typeof given === "string") taken.add(given);
      continue;
    }
    const { name, transpose } = typeof given === "string" ? { name: given, transpose: undefined } : (given ?? { name: undefined });
    await attempt(async () => {
      const file = name === undefined ? undefined : places.get(name);
      if (name === undefined || !file) {
        const hint =
          didYouMean(name ?? own, places.keys()) ?? "nameMap says which name a variable has in the file, or null for one that stays.";
        throw new CheckpointError(where, { given: `no tensor ${text(name ?? own)} for the variable ${text(own)}`, expected: "one", hint });
      }
      taken.add(name);
      const elements = await file.elements(name);
      plan.add(variable, transpose ? turned(elements, transpose, `${where}: ${name}`) : elements, `${where}: ${name}`);
    });
  }
  const left = nameMap === null ? [...places.keys()].filter((name) => !taken.has(name)) : [];
  await attempt(async () => {
    if (left.length === 0) return;
    throw new CheckpointError(where, {
      given: `tensors that no variable took: ${text(left)}`,
      expected: "a file of this model",
      hint: "Nothing was changed.",
    });
  });
  if (leftOut.length > 0) console.warn(`kerasm: ${where}: left out with skipMismatch:\n${leftOut.join("\n")}`);
  return plan;
}

/** The elements with axis `order[i]` of the file as axis i. */
function turned({ elements, shape, dtype }: Elements, order: readonly number[], where: string): Elements {
  if (order.length !== shape.length || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw new ArgumentError(`${where}: transpose`, { given: text(order), expected: `an order of ${shape.length} axes` });
  }
  const out = new dtypes[dtype].array(elements.length);
  const turnedShape = order.map((axis) => shape[axis]!);
  const strides = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const index = turnedShape.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = elements[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < turnedShape[axis]!) break;
      from -= strides[axis]! * turnedShape[axis]!;
      index[axis] = 0;
    }
  }
  return { elements: out, shape: turnedShape, dtype };
}

/** The files with the tensors: the one at the place, or those that an index names. */
async function filesAt(place: Place): Promise<SafetensorsFile[]> {
  const { name, path: where } = place;
  if (!name.endsWith(".json")) return [await SafetensorsFile.at(place)];
  const parsed = parseJson(textOf(await readFile(place, "an index"), where), where);
  const map = isPlainObject(parsed) ? parsed["weight_map"] : undefined;
  const names = isPlainObject(map) ? [...new Set(Object.values(map))] : [];
  if (names.length === 0 || !names.every((name) => typeof name === "string" && /^[^/\\]+\.safetensors$/.test(name))) {
    throw new FormatError(where, { given: text(map), expected: "weight_map: files of the folder by tensor" });
  }
  const folder = where.slice(0, where.length - name.length);
  return Promise.all(names.map((part) => SafetensorsFile.at({ ...place, name: part as string, path: `${folder}${part as string}` })));
}
