// What a construct of the user's code may change, as the transform tells it.

import { StateError, type ErrorFacts } from "../core/errors.js";
import { isBranch } from "../core/tree.js";
import { TensorArray } from "../graph/control/tensor-array.js";
import { described } from "./reconcile.js";

/** What the transform says of a construct. */
export interface Meta {
  /** Line and column where it stands: "3:5". */
  readonly at: string;
  /** "rest": what follows a statement that may exit. */
  readonly kind?: string;
  /** The variables and members that it may assign. */
  readonly names?: readonly string[];
  get?(): unknown[];
  set?(values: readonly unknown[]): void;
  /** Those of the names that are declared outside of the function `inside`. */
  readonly foreign?: readonly string[];
  readonly inside?: string;
  /** Lists, records, sets and maps that it may change. */
  readonly listNames?: readonly string[];
  lists?(): unknown[];
  /** Of a loop: whether it goes on, as far as its breaks and returns say. */
  go?(): unknown;
  readonly options?: LoopOptions;
}

/** How a loop of a converted function runs: at most how many rounds, whether they are unrolled. */
export interface LoopOptions {
  /** Ends the loop after so many iterations. Default: none. */
  readonly maximumIterations?: number;
  /** Loops over so many elements, or fewer, are written out when traced. Default: 0. */
  readonly unroll?: number;
}

export const lineOf = (at: string): string => at.split(":")[0]!;

type Container = unknown[] | Record<string, unknown> | TensorArray;
const isContainer = (value: unknown): value is Container => isBranch(value) || value instanceof TensorArray;

const copyOf = (container: Container): Container =>
  container instanceof TensorArray ? container.identity() : Array.isArray(container) ? [...container] : { ...container };

/** The state of a construct: its variables, and the contents of the lists that it changes. */
export class ConstructState {
  readonly names: readonly string[];
  readonly #meta: Meta;
  readonly #where: string;
  readonly #containers: readonly Container[];
  readonly #contents: readonly Container[];
  readonly #others: readonly { readonly name: string; readonly content: string; read(): string }[];
  readonly before: readonly unknown[];
  readonly #count: number;

  /** @param where  "if at line 3" */
  constructor(meta: Meta, where: string) {
    this.#meta = meta;
    this.#where = where;
    const values = meta.get?.() ?? [];
    const lists = meta.lists?.() ?? [];
    const held = lists.map((list, i) => ({ list, name: meta.listNames![i]! })).filter(({ list }) => isContainer(list));
    this.#containers = held.map(({ list }) => list as Container);
    this.#contents = this.#containers.map(copyOf);
    this.#count = values.length;
    this.names = [...(meta.names ?? []), ...held.map(({ name }) => name)];
    this.before = [...values, ...this.#contents];
    this.#others = lists.flatMap((list, i) => {
      if (!(list instanceof Map) && !(list instanceof Set)) return [];
      const read = () => (list instanceof Map ? [...list].flat() : [...list]).map(described).join();
      return [{ name: meta.listNames![i]!, content: read(), read }];
    });
  }

  /** Whether a value of the state is the content of a list. */
  isList(i: number): boolean {
    return i >= this.#count;
  }

  /** The present values. */
  read(): unknown[] {
    for (const { name, content, read } of this.#others) {
      if (read() === content) continue;
      throw new StateError(name, {
        given: `a change inside of the ${this.#where}, which values decide`,
        expected: "sets and maps to stay as they are in it",
        hint: "Use variables, a list, or tf.TensorArray.",
      });
    }
    return [...(this.#meta.get?.() ?? []), ...this.#containers.map(copyOf)];
  }

  /** Gives the state these values. */
  write(values: readonly unknown[]): void {
    this.#meta.set?.(values.slice(0, this.#count));
    this.#containers.forEach((container, i) => refill(container, values[this.#count + i] as Container));
  }

  /** Refuses a change of what belongs to others. */
  checkForeign(after: readonly unknown[]): void {
    const { foreign = [], inside } = this.#meta;
    this.names.forEach((name, i) => {
      if (!foreign.includes(name) || Object.is(after[i], this.before[i])) return;
      throw new StateError(name, {
        given: `an assignment inside the ${this.#where} to a variable declared outside of ${inside}`,
        expected: "a function that changes its own variables",
        hint: "Keep it in a variable of the function, and return it.",
      } satisfies ErrorFacts);
    });
  }
}

function refill(container: Container, content: Container): void {
  if (container instanceof TensorArray) return void container.become(content as TensorArray);
  if (Array.isArray(container)) {
    const values = content as unknown[];
    if (container.length === values.length && container.every((value, i) => Object.is(value, values[i]))) return;
    container.splice(0, container.length, ...values);
    return;
  }
  const record = content as Record<string, unknown>;
  for (const key of Object.keys(container)) if (!(key in record)) delete container[key];
  for (const key of Object.keys(record)) if (!Object.is(container[key], record[key])) container[key] = record[key];
}
