// Who computes together. One replica by default: then nothing here costs or records anything. Strategies set it, collective operations,
// variables and the optimizer read it; nobody else knows that there are several.

import type { State } from "./state.js";
import type { Tensor } from "./tensor.js";

/** How values of several replicas become one. */
export type Reduction = "sum" | "mean" | "max" | "min";

/** Where the elements of an output are wanted: written there, they need not be given back. */
export interface OutputPlace {
  readonly address: number;
  readonly bytes: number;
}
export type OutputPlaces = Readonly<Record<string, OutputPlace>>;

/** What one replica says when values meet. Every replica says the same, in the same order. */
export interface Meeting {
  readonly kind: "all-reduce" | "all-gather" | "broadcast" | "reduce-scatter" | "all-to-all";
  readonly reduction?: Reduction;
  /** The replica whose values count, of a broadcast. */
  readonly root?: number;
  /** Lengths along the first axis by replica, of an all-gather. */
  readonly lengths?: readonly number[];
}

/** Replicas that compute together, and how their values meet. */
export interface Group {
  /** How many replicas there are in all. */
  readonly count: number;
  /** How many of them this process has: more than one run in lockstep, as one program. */
  readonly local: number;
  /** The first replica of this process. */
  readonly id: number;
  /** Tells groups apart in the keys of traces. */
  readonly key: string;
  /** Lets real values meet those of other processes. Where all replicas are in this process, values meet while they are traced. */
  meet(meeting: Meeting, xs: readonly Tensor[], places?: OutputPlaces): Record<string, Tensor>;
  /** How a variable of this path is split over the replicas; null where each has all of it. Absent: never. */
  split?(path: string, shape: readonly number[]): Split | null;
  /** The whole of a variable that is split, of this replica's part. There where `split` is. */
  whole?(part: Tensor, split: Split): Tensor;
  /** Products with the parts of variables, which need not be put together for them. */
  readonly products?: PartProducts;
  /** Told how many samples each replica gets in the next steps, and null after them. */
  divided?(shares: readonly (readonly number[])[] | null): void;
  /** What this replica's mean loss counts in the present steps. Absent or null: as much as each other's. */
  readonly share?: number | null;
  /** Told of each variable that is made for it. */
  created?(variable: unknown): void;
  /** The length of each replica's part, told by one of them. */
  lengths(own: number, isReal: boolean): readonly number[];
}

/** How a variable is split over replicas. */
export interface Split {
  readonly axis: number;
  readonly parts: number;
  /** The part of this replica. */
  readonly index: number;
  /** Where there are more replicas than parts: for each part the first replica that has it. Null: replica i has part i. */
  readonly keepers: readonly number[] | null;
}

/** A tensor whose axes have names, each once. */
export interface Labelled {
  readonly tensor: Tensor;
  readonly axes: readonly string[];
}

/** Operations that know what to do with a variable in parts. Null: there is none here, or it is better put together. */
export interface PartProducts {
  /** Sums of products over named axes: see `contract` in ops/linalg/contraction.ts. */
  contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>): Labelled | null;
  /** Rows of a table by index. */
  rows(table: Tensor, indices: Tensor): Tensor | null;
}

/** What one replica knows of itself. */
export interface Replica {
  /** From 0. */
  readonly id: number;
  readonly group: Group;
}

/** The operations in which values meet. */
interface Collectives {
  allReduce(xs: readonly Tensor[], reduction: Reduction): Tensor[];
  /** What the first replica has. */
  broadcast(x: Tensor): Tensor;
}

let present: Collectives;

/** Says how values meet: with the operations of ops/collective/, which come with who makes groups of several. */
export function setCollectives(given: Collectives): void {
  present = given;
}

/** For groups of several. */
export const collectives = (): Collectives => present;

const alone: Group = {
  count: 1,
  local: 1,
  id: 0,
  key: "",
  meet: () => {
    throw new Error("one replica meets nobody");
  },
  lengths: (own) => [own],
};
const onlyOne: Replica = { id: 0, group: alone };

let current: Replica = onlyOne;
let inside = false;
let scope: Group = alone;
let layout = 0;

/** The replica that computes now; the only one of one where no strategy runs. */
export const replica = (): Replica => current;

/** Whether a function is run by replicas now: then variables are each replica's own. */
export const isInReplica = (): boolean => inside;

let merging = false;

/** Whether replicas are in a function of `mergeCall`: the strategy's reductions meet there, and variables are written as they are told. */
export const isMerging = (): boolean => merging;

/** Runs the action in a merge call, or outside of it. */
export function whileMerging<T>(on: boolean, action: () => T): T {
  const before = merging;
  merging = on;
  try {
    return action();
  } finally {
    merging = before;
  }
}

/** Runs the action as a replica. */
export function asReplica<T>(as: Replica, action: () => T): T {
  const [before, wasInside] = [current, inside];
  [current, inside] = [as, true];
  try {
    return action();
  } finally {
    [current, inside] = [before, wasInside];
  }
}

/** The group that variables are made for now. */
export const scopeGroup = (): Group => scope;

/** Variables are made for this group from now on; by default for one replica. @returns what ends it */
export function enterScope(group: Group = alone): () => void {
  const before = scope;
  scope = group;
  return () => {
    scope = before;
  };
}

let mark = "";

/** Something more that traces depend on, until it is said anew. */
export function markTraces(text: string): void {
  mark = text;
}

/** What a trace depends on beside its arguments: the group, the replica, which states are each replica's own, and a mark. */
export function replicaKey(): string {
  if (current.group.count > 1) return `${current.group.key}/${current.id}/${layout}${mark} `;
  return layout === 0 && mark === "" ? "" : `${layout}${mark} `;
}

/**
 * The states of one variable by replica of this process. Where replicas write different values it has one for each, from then on, beginning
 * with its present value.
 */
export function statesOf(state: State): readonly State[] {
  return [state, ...state.others];
}

/** Gives each replica of this process a state of its own. */
export function split(state: State, count: number): void {
  if (state.others.length >= count - 1) return;
  layout++;
  state.split(count);
}

let parts = false;

/** Whether variables that are split over replicas are this replica's part now, for values and shapes alike: while they are updated. */
export const arePartsShown = (): boolean => parts;

/** Runs an update of variables: those that are split are their parts. */
export function withParts<T>(action: () => T): T {
  const before = parts;
  parts = true;
  try {
    return action();
  } finally {
    parts = before;
  }
}

let chief = true;

/** Whether this process writes files and prints for all of them: the first one, or the only one. */
export const isChief = (): boolean => chief;

export function setChief(on: boolean): void {
  chief = on;
}
