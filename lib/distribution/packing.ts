// Functions and their arguments as tasks tell each other of them.

import { ArgumentError, StateError, text } from "../core/errors.js";
import { Tensor } from "../core/tensor.js";
import { isBranch } from "../core/tree.js";
import { type AnyFunction, PerWorkerIterator } from "./coordinator.js";

/** Numbers of functions and iterators, the same in all tasks: they are counted in the order of the script. */
export class Packing {
  readonly #iterators: PerWorkerIterator<unknown>[] = [];

  constructor(readonly functions: readonly AnyFunction[]) {}

  /** The function of a number, and what tells whether it is the same in another task. */
  functionOf(index: number): { readonly fn: AnyFunction; readonly hash: number } {
    const fn = this.functions[index];
    if (!fn)
      throw new StateError("ClusterCoordinator", {
        given: `function ${index}, which is not known here`,
        expected: "the same script in all tasks",
      });
    const source = (fn as { pythonFunction?: AnyFunction }).pythonFunction ?? fn;
    return { fn, hash: [...String(source)].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5) | 0 };
  }

  /** Arguments as they travel: tensors aside, iterators by number. */
  packed(args: readonly unknown[], tensors: Tensor[]): unknown[] {
    return args.map((arg) => this.#packedOne(arg, tensors));
  }

  #packedOne(value: unknown, tensors: Tensor[]): unknown {
    if (value instanceof Tensor) return { $tensor: tensors.push(value) - 1 };
    if (value instanceof PerWorkerIterator) return { $iterator: this.#iteratorNumber(value) };
    if (value === undefined) return { $undefined: true };
    if (Array.isArray(value)) return value.map((each) => this.#packedOne(each, tensors));
    if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#packedOne(each, tensors)]));
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value === null) return value;
    throw new ArgumentError("coordinator.schedule", {
      given: `the argument ${text(value)}`,
      expected: "tensors, numbers, strings, iterators of per-worker datasets, and structures of them",
    });
  }

  unpacked(value: unknown, tensors: readonly Tensor[]): unknown {
    if (Array.isArray(value)) return value.map((each) => this.unpacked(each, tensors));
    if (!isBranch(value)) return value;
    const record = value as Record<string, unknown>;
    if ("$tensor" in record) return tensors[record.$tensor as number];
    if ("$iterator" in record) return this.#iterators[record.$iterator as number];
    if ("$undefined" in record) return undefined;
    return Object.fromEntries(Object.entries(record).map(([key, each]) => [key, this.unpacked(each, tensors)]));
  }

  #iteratorNumber(iterator: PerWorkerIterator<unknown>): number {
    const found = this.#iterators.indexOf(iterator);
    return found >= 0 ? found : this.#iterators.push(iterator) - 1;
  }
}
