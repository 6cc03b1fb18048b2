// What is restored from a checkpoint, also into objects that are made only later.

import { StateError, text } from "../core/errors.js";
import { sameShape, shapeText } from "../core/shape.js";
import { watchNewStates } from "../core/state.js";
import { Variable } from "../variables/variable.js";
import { CheckpointError } from "./error.js";
import type { Saved, SavedTensor } from "./format.js";
import { namesOf } from "./inspect.js";
import { isLeaf, objectGraph } from "./object-graph.js";
import { childrenOf, isSaveable, type Saveable } from "./saveable.js";

/**
 * What `restore` gives. Values whose objects do not exist yet (weights of a layer that was not called, slots of an optimizer) wait and are
 * taken over when these are made, before they are first used.
 */
export interface RestoreStatus {
  /** Checks that every saved value found its object and every object its value. @throws CheckpointError that names those left over */
  assertConsumed(): this;
  /** Checks that every object that exists by now found its value; saved values may be left over. @throws CheckpointError */
  assertExistingObjectsMatched(): this;
  /** Says that leftovers are meant to be; only part of the checkpoint is wanted. */
  expectPartial(): this;
}

/** What `restore` gives where there was no checkpoint. */
export const nothingRestored: RestoreStatus = {
  assertConsumed() {
    throw new StateError("assertConsumed", { given: "no checkpoint: restore got null", expected: "one that was restored" });
  },
  assertExistingObjectsMatched: () => nothingRestored.assertConsumed(),
  expectPartial: () => nothingRestored,
};

/** The taking over of one checkpoint by the objects below a root, at once and later. */
export class Restoration implements RestoreStatus {
  readonly #root: WeakRef<object>;
  /** Numbers of saved objects that were taken over. */
  readonly #done = new Set<number>();
  readonly #stop: () => void;

  constructor(
    root: object,
    readonly saved: Saved,
    readonly file: string,
    isWhole = false,
  ) {
    this.#root = new WeakRef(root);
    if (isWhole) this.#checkWhole();
    this.#takeOver();
    this.#stop = this.#waiting().length > 0 ? watchNewStates(() => this.#takeOver()) : () => {};
  }

  /** Leaves what waits: another checkpoint was restored. */
  abandon(): void {
    this.#stop();
  }

  assertConsumed(): this {
    this.assertExistingObjectsMatched();
    this.#assertTaken(this.#waiting());
    return this;
  }

  /** Every saved value has its object, and every object its value, before the first one is taken over. */
  #checkWhole(): void {
    const found = this.#match();
    this.#assertTaken(this.#waiting().filter((number) => !found.has(number)));
    this.#assertMatched(new Set(found.values()));
  }

  #assertTaken(left: readonly number[]): void {
    if (left.length === 0) return;
    throw new CheckpointError(this.file, {
      given: `values that no object took: ${some(left.map((number) => this.#nameOf(number)))}`,
      expected: "an object for each",
      hint: "Build the model and the optimizer first, or call expectPartial() where leftovers are meant to be.",
    });
  }

  assertExistingObjectsMatched(fresh: ReadonlySet<object> = new Set()): this {
    this.#assertMatched(new Set([...this.#takeOver().values(), ...fresh]));
    return this;
  }

  #assertMatched(matched: ReadonlySet<object>): void {
    const root = this.#root.deref();
    const missing = root ? objectGraph(root).filter(({ object }) => isLeaf(object) && !matched.has(object)) : [];
    if (missing.length === 0) return;
    throw new CheckpointError(this.file, {
      given: `no value for ${some(missing.map(({ path }) => path))}`,
      expected: "a value for every object of the checkpoint",
    });
  }

  expectPartial(): this {
    return this;
  }

  /** Takes over all values whose objects exist and that were not taken over yet: all of them, or none. */
  #takeOver(): Map<number, object> {
    const found = this.#match();
    const variables: [Variable, SavedTensor][] = [];
    const states: [Saveable, unknown, string][] = [];
    for (const [number, object] of found) {
      if (this.#done.has(number)) continue;
      const { tensor, state } = this.saved.objects[number]!;
      if (tensor !== undefined) variables.push([object as Variable, this.#fitting(object as Variable, this.saved.tensors[tensor]!)]);
      else states.push([object as Saveable, state, this.#nameOf(number)]);
    }
    this.#loadStates(states);
    for (const [variable, { elements }] of variables) variable.loadElements(elements);
    for (const number of found.keys()) this.#done.add(number);
    if (this.#waiting().length === 0 || !this.#root.deref()) this.#stop?.();
    return found;
  }

  /** Saved objects and the present ones that stand in their places: leaves by number. */
  #match(): Map<number, object> {
    const found = new Map<number, object>();
    const root = this.#root.deref();
    if (!root) return found;
    const queue: [object, number][] = [[root, 0]];
    const seen = new Set<object>([root]);
    for (const [object, number] of queue) {
      const { children = {}, tensor, state } = this.saved.objects[number]!;
      if (tensor !== undefined ? object instanceof Variable : state !== undefined && isSaveable(object)) {
        if (!found.has(number)) found.set(number, object);
        continue;
      }
      for (const [name, child] of childrenOf(object)) {
        const saved = Object.hasOwn(children, name) ? children[name] : undefined;
        if (saved === undefined || seen.has(child)) continue;
        seen.add(child);
        queue.push([child, saved]);
      }
    }
    return found;
  }

  #fitting(variable: Variable, tensor: SavedTensor): SavedTensor {
    if (tensor.dtype === variable.dtype && sameShape(tensor.shape, variable.shape)) return tensor;
    throw new CheckpointError(`${this.file}: ${tensor.name}`, {
      given: `${tensor.dtype} ${shapeText(tensor.shape)}`,
      expected: `${variable.dtype} ${shapeText(variable.shape)}, as the variable ${text(variable.name)} has`,
      hint: "The checkpoint is of another model. Nothing was restored.",
    });
  }

  /** States can refuse what they are given; then those before get back what they had. */
  #loadStates(states: readonly [Saveable, unknown, string][]): void {
    const before = states.map(([object]) => object.saveState());
    states.forEach(([object, state, name], i) => {
      try {
        object.loadState(state as never);
      } catch (cause) {
        for (let j = 0; j < i; j++) states[j]![0].loadState(before[j] as never);
        const given = cause instanceof Error ? cause.message : String(cause);
        throw new CheckpointError(`${this.file}: ${name}`, { given, expected: "a state that fits. Nothing was restored", cause });
      }
    });
  }

  /** Saved leaves that nobody took yet. */
  #waiting(): number[] {
    return this.saved.objects.flatMap(({ tensor, state }, number) =>
      (tensor !== undefined || state !== undefined) && !this.#done.has(number) ? [number] : [],
    );
  }

  /** How the saved object was reached. */
  #nameOf(number: number): string {
    return namesOf(this.saved).get(number) ?? `object ${number}`;
  }
}

const some = (names: readonly string[]): string => names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
