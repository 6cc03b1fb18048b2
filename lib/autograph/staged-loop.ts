// A loop whose iterations the values decide: its body is traced once, on symbolic tensors for what it carries.
//
//  (1) The condition after an iteration is computed at the iteration's end and carried; so it may assign, and one program does both.
//  (2) Numbers are carried as tensors where the body changes them. Which dtype they need, the body says: it is traced again with that.
//  (3) What the body leaves as it is, is no loop variable.

import { asTensor } from "../core/convert.js";
import type { Dtype } from "../core/dtype.js";
import { StateError } from "../core/errors.js";
import { sameShape, shapeText } from "../core/shape.js";
import { Chainable, Tensor, type Spec } from "../core/tensor.js";
import { isBranch } from "../core/tree.js";
import { flowSpecs } from "../graph/control/carried.js";
import { OpenBranch } from "../graph/control/branch.js";
import { TensorArray } from "../graph/control/tensor-array.js";
import { recordLoop } from "../graph/control/while.js";
import { cast } from "../ops/elementwise/cast.js";
import { scatterUpdateRows } from "../ops/indexing/update.js";
import { zeros } from "../ops/shaping/create.js";
import { expandDims, reshape } from "../ops/shaping/reshape.js";
import { unstack } from "../ops/shaping/split.js";
import { deeper } from "./branches.js";
import { described, fits, isMissing, isNumeric, isWeak, markWeak, merge, weakDtype } from "./reconcile.js";
import { ConstructState, lineOf, type Meta } from "./state.js";
import { Unset } from "./unset.js";

export interface StagedLoop {
  /** Whether there is a first iteration. */
  readonly holds: boolean | Tensor;
  /** What counts iterations, before the first one. */
  readonly counters?: readonly Tensor[];
  iterate(counters: readonly Tensor[]): void;
  advance?(counters: readonly Tensor[]): Tensor[];
  /** Whether there is one more iteration; gets the counters after `advance`. */
  next(counters: readonly Tensor[]): boolean | Tensor;
  readonly limit: number;
  /** How many iterations there are, where that is known. */
  readonly length?: number | null;
  readonly meta: Meta;
  readonly word: string;
}

/** A leaf of the state, and how the loop carries it. */
interface Slot {
  readonly name: string;
  before: unknown;
  /**
   * tensor: as it is; weak: a number as a tensor; list: a TensorArray; kept: not carried, since the body leaves it as it is; missing: no
   * value before.
   */
  kind: "tensor" | "weak" | "list" | "kept" | "missing";
  dtype: Dtype;
}

/** A list of the state that grows by the same number of tensors in every iteration. */
interface Growth {
  readonly index: number;
  readonly rows: readonly Tensor[];
}

export function stagedLoop(loop: StagedLoop): void {
  const { meta, holds, counters = [], word } = loop;
  const where = `loop at line ${lineOf(meta.at)}`;
  const state = new ConstructState(meta, where);
  // A loop of known length has a value for whatever its body sets.
  const runs = holds === true;
  const slots: Slot[][] = state.before.map((value, i) => slotsOf(state.names[i]!, value, state.isList(i)));
  for (let attempt = 0; ; attempt++) {
    const traced = deeper(meta.at, () => traceBody(loop, state, slots, where));
    if (attempt < 8 && traced.retry) continue;
    return record(loop, state, slots, traced, where, runs, counters, word);
  }
}

function slotsOf(name: string, value: unknown, inList: boolean): Slot[] {
  if (isBranch(value))
    return Object.entries(value).flatMap(([key, each]) => slotsOf(Array.isArray(value) ? `${name}[${key}]` : `${name}.${key}`, each, true));
  const slot = (kind: Slot["kind"], dtype: Dtype = "float32"): Slot[] => [{ name, before: value, kind, dtype }];
  if (isMissing(value)) return slot("missing");
  if (value instanceof Tensor) return slot(isWeak(value) ? "weak" : "tensor", value.dtype);
  if (value instanceof TensorArray) return slot("list");
  // Numbers of lists and records are carried only where the body turns out to change them.
  if (typeof value === "number" || typeof value === "boolean") return slot(inList ? "kept" : "weak", weakDtype([value]));
  return slot("kept");
}

interface TracedBody {
  readonly branch: OpenBranch;
  readonly counters: readonly Tensor[];
  /** For each value of the state, its leaves after an iteration. */
  readonly leaves: readonly (readonly unknown[])[];
  readonly raw: readonly unknown[];
  readonly parameters: readonly (readonly Tensor[])[];
  readonly growths: readonly Growth[];
  readonly after: readonly Tensor[];
  readonly holds: boolean | Tensor;
  readonly retry: boolean;
}

function traceBody(loop: StagedLoop, state: ConstructState, slots: Slot[][], where: string): TracedBody {
  const branch = new OpenBranch(where);
  const counters = (loop.counters ?? []).map(({ shape, dtype }) => branch.parameter({ shape, dtype }));
  const parameters: Tensor[][] = [];
  const start = state.before.map((value, i) => {
    let next = 0;
    const place = (each: unknown): unknown => {
      if (isBranch(each))
        return Array.isArray(each) ? each.map(place) : Object.fromEntries(Object.entries(each).map(([key, value]) => [key, place(value)]));
      const slot = slots[i]![next++]!;
      const made = initialOf(slot).map((spec) => branch.parameter(spec));
      parameters.push(made);
      if (slot.kind === "list") return made.length > 0 ? (each as TensorArray).withFlow(made) : (each as TensorArray).identity();
      return slot.kind === "weak" && slot.dtype === "int32" ? markWeak(made[0]!) : (made[0] ?? each);
    };
    return place(value);
  });
  try {
    return branch.within(() => {
      state.write(start);
      loop.iterate(counters);
      const after = loop.advance?.(counters) ?? [];
      const holds = loop.next(after);
      const raw = state.read();
      state.checkForeign(raw);
      return { branch, counters, parameters, after, holds, raw, ...compare(loop, state, slots, start, raw, parameters, where) };
    });
  } finally {
    state.write(state.before);
  }
}

/** Specs of what stands for a slot in the body. */
function initialOf(slot: Slot): Spec[] {
  if (slot.kind === "tensor") return [{ shape: (slot.before as Tensor).shape, dtype: slot.dtype }];
  if (slot.kind === "weak") return [{ shape: [], dtype: slot.dtype }];
  if (slot.kind === "list" && (slot.before as TensorArray).elementShape) return flowSpecs([slot.before as TensorArray]);
  return [];
}

/** Looks at the state after an iteration: which slots have to be carried in another way. */
function compare(
  loop: StagedLoop,
  state: ConstructState,
  slots: Slot[][],
  start: readonly unknown[],
  raw: readonly unknown[],
  parameters: readonly (readonly Tensor[])[],
  where: string,
): { leaves: unknown[][]; growths: Growth[]; retry: boolean } {
  let retry = false;
  let at = 0;
  const growths: Growth[] = [];
  const leaves = raw.map((value, i) => {
    const own = slots[i]!;
    const first = at;
    at += own.length;
    const name = state.names[i]!;
    const begun = start[i];
    if (Array.isArray(begun) && Array.isArray(value) && value.length > begun.length) {
      growths.push({ index: i, rows: rowsOf(name, value.slice(begun.length), loop, where) });
      return flat(value.slice(0, begun.length), begun, name, where);
    }
    if (own.length === 1 && own[0]!.kind === "missing" && !isBranch(begun)) return [value];
    const after = flat(value, begun, name, where);
    after.forEach((leaf, j) => {
      const slot = own[j]!;
      const parameter = parameters[first + j]![0];
      if (slot.kind === "weak") {
        if (leaf === parameter) {
          slot.kind = "kept";
          retry = true;
        } else if (leaf instanceof Chainable && !(leaf instanceof Unset)) {
          const { dtype } = leaf as unknown as Spec;
          // A whole number meets a float32 in the body.
          if (slot.dtype === "int32" && dtype === "float32") {
            slot.dtype = "float32";
            retry = true;
          }
        } else if (typeof leaf === "number" && slot.dtype === "int32" && !fits(leaf, "int32")) {
          slot.dtype = "float32";
          retry = true;
        }
      } else if (slot.kind === "kept" && slot.before instanceof Chainable && leaf !== slot.before && isNumeric(leaf)) {
        // A variable (tf.Variable) whose name gets other values.
        slot.before = slot.before.value();
        slot.kind = "tensor";
        slot.dtype = (slot.before as Tensor).dtype;
        retry = true;
      } else if (slot.kind === "kept" && isNumeric(slot.before) && !(slot.before instanceof Chainable) && !Object.is(leaf, slot.before)) {
        slot.kind = "weak";
        retry = true;
      } else if (
        slot.kind === "list" &&
        leaf instanceof TensorArray &&
        (slot.before as TensorArray).elementShape === null &&
        leaf.elementShape
      ) {
        (slot.before as TensorArray).learn(leaf);
        retry = true;
      }
    });
    return after;
  });
  return { leaves, growths, retry };
}

/** The leaves of a value that has the structure it had before. */
function flat(value: unknown, like: unknown, name: string, where: string): unknown[] {
  if (!isBranch(like)) return [value];
  const fitsIn = isBranch(value) && Array.isArray(value) === Array.isArray(like) && Object.keys(value).join() === Object.keys(like).join();
  if (!fitsIn) throw changed(name, like, value, where, "the same structure");
  return Object.entries(like).flatMap(([key, each]) =>
    flat((value as Record<string, unknown>)[key], each, Array.isArray(like) ? `${name}[${key}]` : `${name}.${key}`, where),
  );
}

function rowsOf(name: string, added: readonly unknown[], loop: StagedLoop, where: string): Tensor[] {
  if (loop.length === undefined || loop.length === null) {
    throw new StateError(name, {
      given: "push inside a loop whose length values decide",
      expected: "a loop of known length",
      hint: "Use tf.TensorArray.",
    });
  }
  return added.map((each) => {
    if (isNumeric(each)) return each instanceof Chainable ? each.value() : asTensor(each, weakDtype([each]));
    throw new StateError(name, { given: `${described(each)} pushed inside the ${where}`, expected: "tensors or numbers" });
  });
}

function changed(name: string, before: unknown, after: unknown, where: string, expected = "the same dtype and shape"): StateError {
  return new StateError(name.replace("$ret", "return"), {
    given: `${described(before)} before the ${where} and ${described(after)} after an iteration`,
    expected,
    hint: isNumeric(after)
      ? `Give it that dtype before the loop: ${likeText(after)}.`
      : "Keep tensors and numbers in what the loop changes, and the rest outside of it.",
  });
}

/** How to write a tensor of that dtype and shape. */
function likeText(value: unknown): string {
  const { dtype, shape } = value instanceof Chainable ? (value as unknown as Spec) : { dtype: weakDtype([value as number]), shape: [] };
  return `tf.zeros(${shapeText(shape)}, { dtype: "${dtype}" })`;
}

function record(
  loop: StagedLoop,
  state: ConstructState,
  slots: readonly Slot[][],
  traced: TracedBody,
  where: string,
  runs: boolean,
  counters: readonly Tensor[],
  word: string,
): void {
  const { branch, leaves, growths } = traced;
  const specs: Spec[] = counters.map(({ shape, dtype }) => ({ shape, dtype }));
  const initial: Tensor[] = [...counters];
  const outputs: Tensor[] = [...traced.after];
  const carry = (before: Tensor, spec: Spec, after: Tensor): number => {
    specs.push(spec);
    outputs.push(after);
    return initial.push(before) - 1;
  };

  // In the order of the body's parameters: those that were made while it was traced come first.
  const made = slots.map((own, i) => own.map((slot, j) => (slot.kind === "missing" ? null : carrySlot(slot, leaves[i]![j]))));
  const makers = made.map((own, i) => {
    const all = own.map((make, j) => make ?? carryMissing(slots[i]![j]!.name, slots[i]![j]!.before, leaves[i]![j]));
    return (results: readonly Tensor[]): unknown[] => all.map((make) => make(results));
  });
  const grown = growths.map(({ index, rows }) => {
    const length = loop.length!;
    const places = rows.map((row) => {
      const buffer = branch.parameter({ shape: [length, ...row.shape], dtype: row.dtype });
      const counter = branch.within(() => reshape(traced.counters[0]!, [1]));
      const next = branch.within(() => scatterUpdateRows(buffer, counter, expandDims(row, 0), null));
      return carry(zeros([length, ...(row.shape as number[])], { dtype: row.dtype }), buffer, next);
    });
    return { index, places };
  });

  function carrySlot(slot: Slot, after: unknown): (results: readonly Tensor[]) => unknown {
    const { name, before, kind } = slot;
    if (kind === "kept") {
      if (!Object.is(after, before)) throw changed(name, before, after, where, "what is no tensor or number to stay as it is");
      return () => before;
    }
    if (kind === "list") {
      if (!(after instanceof TensorArray)) throw changed(name, before, after, where);
      const list = before as TensorArray;
      if (list.elementShape === null) return () => list; // never written
      const from = list.flow();
      const kept = flowSpecs([list]);
      const to = branch.within(() => after.flow());
      const places = from.map((tensor, i) => carry(tensor, kept[i]!, to[i]!));
      return (results) => list.withFlow(places.map((place) => results[place]!));
    }
    const dtype = slot.dtype;
    const shape = kind === "tensor" ? (before as Tensor).shape : [];
    const tensor = tensorOf(after, dtype, shape, name, before);
    const place = carry(before instanceof Tensor ? cast(before, dtype) : asTensor(before as number, dtype), { dtype, shape }, tensor);
    const stays = kind === "weak" && dtype === "int32" && (!(after instanceof Chainable) || isWeak(tensor));
    return (results) => (stays ? markWeak(results[place]!) : results[place]!);
  }

  function tensorOf(after: unknown, dtype: Dtype, shape: Spec["shape"], name: string, before: unknown): Tensor {
    if (after instanceof Unset) return after.value(); // says what is missing
    if (!isNumeric(after)) throw changed(name, before, after, where);
    if (!(after instanceof Chainable)) {
      if (shape.length > 0 || !fits(after, dtype)) throw changed(name, before, after, where);
      return asTensor(after, dtype);
    }
    const value = branch.within(() => after.value());
    const isSame = value.dtype === dtype && sameShape(value.shape, shape);
    if (isSame) return value;
    if (dtype === "float32" && isWeak(value) && sameShape(value.shape, shape)) return branch.within(() => cast(value, dtype));
    throw changed(name, before, value, where);
  }

  /** No value before the loop: there is one after it where an iteration is sure to come, or a flag tells whether it counts. */
  function carryMissing(name: string, before: unknown, after: unknown): (results: readonly Tensor[]) => unknown {
    if (isMissing(after)) return () => (after instanceof Unset ? after : before);
    if (!isNumeric(after) && !isBranch(after)) throw changed(name, before, after, where);
    if (!runs && name !== "$ret") return () => new Unset(name, where);
    const { outputs: both, rebuild } = merge(name, [after, null], { where, within: (_, action) => branch.within(action) }, true);
    if (both[0]!.length === 0) return (results) => rebuild(results.slice(0, 0));
    const places = both[0]!.map((tensor, i) => {
      branch.parameter(tensor);
      return carry(both[1]![i]!, tensor, tensor);
    });
    return (results) => rebuild(places.map((place) => results[place]!));
  }

  // The condition is the last loop variable.
  const end = traced.holds;
  branch.parameter({ shape: [], dtype: "bool" });
  const holdsAt = carry(
    typeof loop.holds === "boolean" ? asTensor(loop.holds) : loop.holds,
    { shape: [], dtype: "bool" },
    typeof end === "boolean" ? asTensor(end) : end,
  );
  const condition = new OpenBranch(`${word} condition`);
  const asked = specs.map((spec) => condition.parameter(spec));
  const results = recordLoop({
    where: word,
    condition: condition.close([asked[holdsAt]!]),
    body: branch.close(outputs),
    initial,
    specs,
    limit: loop.limit,
  });

  state.write(
    state.before.map((value, i) => {
      const flatValues = makers[i]!(results);
      const restored = restore(value, flatValues);
      const growth = grown.find(({ index }) => index === i);
      if (!growth) return restored;
      const columns = growth.places.map((place) => unstack(results[place]!));
      return [...(restored as unknown[]), ...columns[0]!.flatMap((_, row) => columns.map((column) => column[row]))];
    }),
  );
}

/** The structure of a value with new leaves. */
function restore(like: unknown, leaves: readonly unknown[]): unknown {
  let next = 0;
  const place = (each: unknown): unknown =>
    isBranch(each)
      ? Array.isArray(each)
        ? each.map(place)
        : Object.fromEntries(Object.entries(each).map(([key, value]) => [key, place(value)]))
      : leaves[next++];
  return place(like);
}
