// What a step of a run answers, and logs that are read only when somebody asks for them.

import { platform } from "#platform";
import type { TypedArray } from "../../core/dtype.js";
import { adoptTensor, Tensor } from "../../core/tensor.js";
import { flatten, mapLeaves } from "../../layers/functional/structure.js";
import type { Logs } from "../../callbacks/callback.js";
import type { Batch } from "./batches.js";

/** Some batches in one call; a traced one can run aside. */
export interface Execution<R> {
  (batches: readonly Batch[]): R;
  aside?(batches: readonly Batch[]): Promise<R>;
}

/** What a step answers: losses and metrics by name. */
export type StepLogs = Readonly<Record<string, Tensor | number>>;

/** What a step of one's own may answer: results of metrics that are records are spread. */
export type StepAnswer = Readonly<Record<string, Tensor | number | Readonly<Record<string, Tensor | number>>>>;

/** Milliseconds of work after which the event loop gets its turn. */
const SPELL = 8;

/** Lets the event loop turn every few milliseconds, for timers, finalizers and a page's own work. */
export class Breather {
  #last = performance.now();

  /** A promise when it is time to wait for a turn, else nothing. */
  pause(): Promise<void> | undefined {
    if (performance.now() - this.#last < SPELL) return undefined;
    return platform.turn().then(() => {
      this.#last = performance.now();
    });
  }
}

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

  /** Takes in the outputs of the next batch. */
  add(outputs: unknown): void {
    this.#structure = outputs;
    flatten<Tensor>(outputs).forEach((tensor, i) => (this.#parts[i] ??= []).push({ elements: tensor.data(), tensor }));
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
    let next = 0;
    const places = new Map(flatten<Tensor>(this.#structure).map((tensor) => [tensor, joined[next++]!]));
    return mapLeaves(this.#structure, (leaf) => places.get(leaf as Tensor));
  }
}
