// Traced functions that take elements from iterators.
//
//  (1) Which element is asked for next depends on the arguments and on what was taken so far: its dtypes and shapes, or that there is none.
//      So the traces of one signature are a tree: a node asks an iterator, its branches are what the answer may look like, its leaves are
//      traces, which have the elements as further inputs.
//  (2) A call walks the tree. Where a branch is missing it traces, with what was taken already; so no element is lost, and none taken
//      twice.

import type { Pullable, Puller } from "../core/pulls.js";
import type { Tensor } from "../core/tensor.js";
import type { ConcreteFunction } from "./concrete.js";
import { flatten, specKey, type Flattened } from "./signature.js";
import type { Trace } from "./trace.js";

/**
 * Where an element comes from: the iterator at a place among the arguments, one that the function opened, or one that it has by its
 * closure.
 */
type Source = { readonly argument: number } | { readonly opened: number } | { readonly known: Pullable };

/** A place at which the function asks for an element. */
class Asking<R> {
  readonly answers = new Map<string, Node<R>>();

  constructor(
    readonly source: Source,
    /** How the iterators are opened that the function has opened so far. */
    readonly openers: readonly (() => Pullable)[],
  ) {}
}

type Node<R> = Asking<R> | ConcreteFunction<R>;

/** What was taken: the key of its structure, and the element apart; null at the end. */
interface Taken {
  readonly key: string;
  readonly flat: Flattened | null;
}

const END: Taken = { key: "end", flat: null };

/** What one call has taken and opened so far. */
export class Taking {
  readonly taken: Taken[] = [];
  readonly #opened: Pullable[] = [];

  /** @param given  the iterators among the arguments */
  constructor(readonly given: readonly Pullable[]) {}

  get tensors(): Tensor[] {
    return this.taken.flatMap(({ flat }) => flat?.tensors ?? []);
  }

  add({ done, value }: IteratorResult<unknown>): Taken {
    const flat = done ? null : flatten([value], [], specKey);
    const taken = flat ? { key: flat.key, flat } : END;
    this.taken.push(taken);
    return taken;
  }

  open(at: number, opener: () => Pullable): Pullable {
    return (this.#opened[at] ??= opener());
  }

  sourceOf(from: Pullable): Source {
    const argument = this.given.indexOf(from);
    if (argument >= 0) return { argument };
    const opened = this.#opened.indexOf(from);
    return opened >= 0 ? { opened } : { known: from };
  }

  /** Asks as a node says. */
  ask<R>({ source, openers }: Asking<R>): Taken {
    openers.forEach((opener, at) => this.open(at, opener));
    const from = "argument" in source ? this.given[source.argument]! : "opened" in source ? this.#opened[source.opened]! : source.known;
    return this.add(from.next());
  }
}

/** What one trace asks for, in order. */
export class Pulls implements Puller {
  readonly asked: Asking<never>[] = [];
  /** What stands for the elements' tensors. */
  readonly inputs: Tensor[] = [];
  readonly #openers: (() => Pullable)[] = [];

  constructor(
    readonly trace: Trace,
    readonly taking: Taking,
  ) {}

  pull<T>(from: Pullable, next: () => IteratorResult<T>): IteratorResult<T> {
    const at = this.asked.push(new Asking<never>(this.taking.sourceOf(from), this.#openers.slice())) - 1;
    const { flat } = this.taking.taken[at] ?? this.taking.add(next());
    if (!flat) return { done: true, value: undefined };
    const inputs = flat.tensors.map((tensor) => this.trace.input(tensor));
    this.inputs.push(...inputs);
    return { done: false, value: flat.rebuild(inputs)[0] as T };
  }

  open<I extends Pullable>(opener: () => I): I {
    const at = this.#openers.push(opener) - 1;
    return this.taking.open(at, opener) as I;
  }
}

/** The traces of one signature. */
export class PullTree<R> {
  #root: Node<R> | null = null;

  /** Walks the tree as far as it is known. @returns the trace, or null where one is to be made of what was taken */
  find(taking: Taking): ConcreteFunction<R> | null {
    let node = this.#root;
    while (node instanceof Asking) node = node.answers.get(taking.ask(node).key) ?? null;
    return node;
  }

  add({ asked }: Pulls, { taken }: Taking, leaf: ConcreteFunction<R>): void {
    let put = (node: Node<R>): void => void (this.#root = node);
    let there = this.#root;
    asked.forEach((asking, i) => {
      const node = there instanceof Asking ? there : (asking as unknown as Asking<R>);
      if (node !== there) put(node);
      const { key } = taken[i]!;
      there = node.answers.get(key) ?? null;
      put = (next) => void node.answers.set(key, next);
    });
    put(leaf);
  }
}
