// keras.saving.KerasFileEditor: looks into weight files, and changes them without a model.

import { ArgumentError, didYouMean, text } from "../../core/errors.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { readHdf5 } from "../../formats/hdf5/reader.js";
import { groupAt, type Hdf5Group, textsOf } from "../../formats/hdf5/tree.js";
import { GroupWriter, writeHdf5 } from "../../formats/hdf5/writer.js";
import { inflate } from "../../formats/inflate.js";
import { type FilePath, placeOf, readFile, write } from "../place.js";
import type { KerasSaveable } from "../saveable.js";
import { archiveOf, configOf } from "./archive.js";
import { shardsOf } from "./shards.js";
import { kerasObjects } from "./walk.js";
import { datasetOfTensor, elementsOf } from "./weights.js";

/** The weights of one object of a file. */
interface EditedObject {
  /** What the file calls it. */
  name: string | null;
  readonly weights: Map<string, Tensor>;
}

/** How a file and a model differ. */
export interface Comparison {
  readonly status: "success" | "error";
  readonly errorCount: number;
  /** Weights that the file and the model have in one shape. */
  readonly matchCount: number;
  /** Objects of the model that the file lacks, objects of the file that the model lacks, and weights of other shapes, as sentences. */
  readonly differences: readonly string[];
}

/**
 * Looks into a file of weights, changes it, and writes it anew.
 *
 * ```ts
 * const small = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1, { name: "dense" })]);
 * await small.saveWeights("old.weights.h5");
 * const editor = await keras.saving.KerasFileEditor.open("old.weights.h5");
 * console.log(editor.summary());
 * editor.renameObject("dense", "hidden");
 * await editor.save("new.weights.h5");
 * ```
 *
 * Objects are named by their path, `layers/dense_1`, or by its last part where that is unique. Keras: keras.saving.KerasFileEditor
 */
export class KerasFileEditor {
  readonly #objects = new Map<string, EditedObject>();
  /** The config of the model, where the file is a `.keras` file. */
  readonly config: Readonly<Record<string, unknown>> | null;

  private constructor(files: readonly Hdf5Group[], where: string, config: Record<string, unknown> | null) {
    this.config = config;
    const visit = (group: Hdf5Group, path: string): void => {
      const vars = groupAt(group, "vars");
      if (vars) {
        // Of an object in several files each has some of its weights.
        const weights = this.#objects.get(path)?.weights ?? new Map<string, Tensor>();
        for (const [key, member] of vars.members) {
          if (member.kind !== "dataset") continue;
          const { elements, shape, dtype } = elementsOf(member, `${where}: ${path}/${key}`);
          weights.set(key, adoptTensor(elements.slice(), shape, dtype));
        }
        this.#objects.set(path, { name: textsOf(vars, "name")?.[0] ?? null, weights });
      }
      for (const [name, member] of group.members) {
        if (member.kind === "group" && name !== "vars") visit(member, path === "" ? name : `${path}/${name}`);
      }
    };
    for (const file of files) visit(file, "");
  }

  /** Opens a `.keras`, `.weights.h5` or `.weights.json` file. @throws FormatError for what is none of them */
  static async open(path: FilePath): Promise<KerasFileEditor> {
    const place = placeOf(path);
    const bytes = await readFile(place, "weights");
    if (place.name.endsWith(".keras") || (bytes[0] === 0x50 && bytes[1] === 0x4b)) {
      const archive = archiveOf(bytes, place.path);
      const weights = readHdf5(archive.read("model.weights.h5"), `${place.path}: model.weights.h5`, inflate);
      return new KerasFileEditor([weights], place.path, configOf(archive));
    }
    if (!place.name.endsWith(".json")) return new KerasFileEditor([readHdf5(bytes, place.path, inflate)], place.path, null);
    const shards = await shardsOf(bytes, place.path, (name) => readFile({ ...place, name, path: `${place.path}: ${name}` }, "a shard"));
    return new KerasFileEditor([...shards.files.values()], place.path, null);
  }

  /** Paths of the objects with their weights, in the order of the file. */
  get weights(): Readonly<Record<string, Readonly<Record<string, Tensor>>>> {
    return Object.fromEntries(Array.from(this.#objects, ([path, { weights }]) => [path, Object.fromEntries(weights)]));
  }

  /** A table of objects, weights and shapes. */
  summary(): string {
    const lines = ["Weights structure"];
    for (const [path, { name, weights }] of this.#objects) {
      lines.push(`${path || "the model"}${name === null ? "" : ` (${name})`}`);
      for (const [key, { shape, dtype }] of weights) lines.push(`  ${key}: shape=${text(shape)}, dtype=${dtype}`);
    }
    return lines.join("\n");
  }

  /** Compares the file with a model or layer. */
  compare(reference: object): Comparison {
    const differences: string[] = [];
    let matchCount = 0;
    const left = new Set(this.#objects.keys());
    for (const { path, state } of kerasObjects(reference as KerasSaveable & object)) {
      const own = this.#objects.get(path);
      left.delete(path);
      if (!own) {
        if (state.variables.length > 0) differences.push(`${path}: the file does not have it`);
        continue;
      }
      state.variables.forEach(({ shape }, i) => {
        const saved = own.weights.get(`${i}`);
        if (!saved) differences.push(`${path}/${i}: the file does not have it`);
        else if (text(saved.shape) !== text(shape))
          differences.push(`${path}/${i}: ${text(saved.shape)} in the file, ${text(shape)} in the model`);
        else matchCount++;
      });
      if (own.weights.size > state.variables.length)
        differences.push(`${path}: ${own.weights.size} weights in the file, ${state.variables.length} in the model`);
    }
    for (const path of left) if (this.#objects.get(path)!.weights.size > 0) differences.push(`${path}: the model does not have it`);
    return { status: differences.length === 0 ? "success" : "error", errorCount: differences.length, matchCount, differences };
  }

  #find(where: string, name: string): string {
    if (this.#objects.has(name)) return name;
    const found = [...this.#objects.keys()].filter((path) => path.endsWith(`/${name}`));
    if (found.length === 1) return found[0]!;
    const hint = didYouMean(name, this.#objects.keys());
    throw new ArgumentError(`KerasFileEditor.${where}`, {
      given: found.length === 0 ? text(name) : `${text(name)}, which ${found.join(", ")} could be`,
      expected: found.length === 0 ? `an object of the file: ${[...this.#objects.keys()].filter(Boolean).join(", ")}` : "a whole path",
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Renames the last part of an object's path; what it holds goes along. */
  renameObject(objectName: string, newName: string): void {
    const path = this.#find("renameObject", objectName);
    const renamed = [...path.split("/").slice(0, -1), newName].join("/");
    if (newName === "" || newName.includes("/") || this.#objects.has(renamed)) {
      throw new ArgumentError("KerasFileEditor.renameObject", { given: text(newName), expected: "a new name without /" });
    }
    const moved = [...this.#objects].map(
      ([each, object]) => [within(each, path) ? renamed + each.slice(path.length) : each, object] as const,
    );
    this.#objects.clear();
    for (const [each, object] of moved) this.#objects.set(each, object);
  }

  /** Removes an object and what it holds. */
  deleteObject(objectName: string): void {
    const path = this.#find("deleteObject", objectName);
    for (const each of [...this.#objects.keys()]) if (within(each, path)) this.#objects.delete(each);
  }

  /** Adds an object with weights by name: `addObject("layers/dense_2", { 0: kernel, 1: bias })`. */
  addObject(objectPath: string, weights: Readonly<Record<string, TensorLike>>): void {
    if (this.#objects.has(objectPath) || !/^[^/]+(\/[^/]+)*$/.test(objectPath)) {
      throw new ArgumentError("KerasFileEditor.addObject", { given: text(objectPath), expected: "a path that the file does not have" });
    }
    this.#objects.set(objectPath, { name: null, weights: new Map() });
    this.addWeights(objectPath, weights);
  }

  /** Adds weights to an object, or replaces them. */
  addWeights(objectName: string, weights: Readonly<Record<string, TensorLike>>): void {
    const object = this.#objects.get(this.#find("addWeights", objectName))!;
    const added = Object.entries(weights).map(([key, value]) => [key, asTensor(value)] as const);
    for (const [key, value] of added) object.weights.set(key, value);
  }

  /** Removes a weight of an object. */
  deleteWeight(objectName: string, weightName: string): void {
    const path = this.#find("deleteWeight", objectName);
    if (this.#objects.get(path)!.weights.delete(weightName)) return;
    const known = [...this.#objects.get(path)!.weights.keys()];
    throw new ArgumentError("KerasFileEditor.deleteWeight", { given: text(weightName), expected: `one of ${known.join(", ")} of ${path}` });
  }

  /** Writes the weights to a `.weights.h5` file. */
  async save(path: string): Promise<void> {
    if (!String(path).endsWith(".weights.h5")) {
      throw new ArgumentError("KerasFileEditor.save", { given: text(path), expected: "a path that ends in .weights.h5" });
    }
    const root = new GroupWriter();
    for (const [object, { name, weights }] of this.#objects) {
      const group = root.group(`${object}/vars`);
      if (name !== null) group.attributes.set("name", { utf8: name });
      for (const [key, value] of weights) group.members.set(key, datasetOfTensor(value));
    }
    await write(placeOf(path), writeHdf5(root));
  }

  /** The same as `save`. Keras: resave_weights */
  resaveWeights(path: string): Promise<void> {
    return this.save(path);
  }
}

const within = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}/`);
