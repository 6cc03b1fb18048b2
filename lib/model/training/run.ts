// What a step of a run answers, and logs that are read only when somebody asks for them.

import type { TypedArray } from "../../core/dtype.js";
import { isStrings, type NestedStrings } from "../../core/strings.js";
import { isRecord } from "../../core/tree.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";
import { flatten, mapLeaves } from "../../layers/functional/structure.js";
import type { Logs } from "../../callbacks/callback.js";
import type { Batch } from "./batches.js";

/** Some batches in one call; a traced one can run aside. */
export interface Execution<R> {
  (batches: readonly Batch[]): R;
  aside?(batches: readonly Batch[]): Promise<R>;
  /** Present where other processes run them. */
  elsewhere?(batches: readonly Batch[]): Promise<R>;
}

/** What a step answers: losses and metrics by name. */
export type StepLogs = Readonly<Record<string, Tensor | number>>;

/** What a step of one's own may answer: results of metrics that are records are spread. */
export type StepAnswer = Readonly<Record<string, Tensor | number | Readonly<Record<string, Tensor | number>>>>;

/** Logs whose values are read from tensors when somebody asks; names in order of the alphabet, as Keras has them. */
export function lazyLogs(logs: StepLogs): Logs {
  const lazy: Logs = {};
  for (const name of Object.keys(logs).sort()) {
    let value: Tensor | number = logs[name]!;
    Object.defineProperty(lazy, name, {
      enumerable: true,
      configurable: true,
      get: () => (value instanceof Tensor ? (value = value.item()) : value),
      set: (given: number) => (value = given),
    });
  }
  return lazy;
}

/** Logs with their values. */
export function readLogs(logs: StepLogs): Logs {
  const read: Logs = {};
  for (const name of Object.keys(logs).sort()) {
    const value = logs[name]!;
    read[name] = value instanceof Tensor ? value.item() : value;
  }
  return read;
}

/** Outputs of several batches as one: the samples one behind the other. */
export class Outputs {
  #structure: unknown = null;
  readonly #parts: { readonly elements: TypedArray; readonly tensor: Tensor }[][] = [];
  /** Outputs of strings, by their places. */
  readonly #strings: NestedStrings[][] = [];

  /** Takes in the outputs of the next batch. */
  add(outputs: unknown): void {
    let place = 0;
    this.#structure = stringsReplaced(outputs, (strings) => {
      (this.#strings[place] ??= []).push(...(strings as readonly NestedStrings[]));
      return new StringsAt(place++);
    });
    flatten<unknown>(this.#structure).forEach((leaf, i) => {
      if (leaf instanceof Tensor) (this.#parts[i] ??= []).push({ elements: leaf.data(), tensor: leaf });
    });
  }

  /** All outputs, in the structure of those of one batch. */
  join(): unknown {
    const joined = this.#parts.map((parts) => {
      const { tensor } = parts[0]!;
      const all = new (parts[0]!.elements.constructor as new (length: number) => TypedArray)(
        parts.reduce((sum, { elements }) => sum + elements.length, 0),
      );
      let at = 0;
      for (const { elements } of parts) {
        all.set(elements, at);
        at += elements.length;
      }
      const samples = parts.reduce((sum, part) => sum + (part.tensor.shape[0] ?? 0), 0);
      return adoptTensor(all, [samples, ...(tensor.shape.slice(1) as number[])], tensor.dtype);
    });
    const places = new Map(flatten<unknown>(this.#structure).map((leaf, i) => [leaf, joined[i]]));
    return mapLeaves(this.#structure, (leaf) => (leaf instanceof StringsAt ? this.#strings[leaf.place] : places.get(leaf)));
  }
}

/** Where an output of strings stands. */
class StringsAt {
  constructor(readonly place: number) {}
}

/** A structure of outputs with strings, which are nested arrays themselves, replaced. */
function stringsReplaced(outputs: unknown, replace: (strings: NestedStrings) => unknown): unknown {
  if (isStrings(outputs)) return replace(outputs);
  if (Array.isArray(outputs)) return outputs.map((each) => stringsReplaced(each, replace));
  if (!isRecord(outputs)) return outputs;
  return Object.fromEntries(Object.entries(outputs).map(([key, each]) => [key, stringsReplaced(each, replace)]));
}
