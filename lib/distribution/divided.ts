// What divides itself among replicas, as fit and its like take it: datasets of a strategy, and functions that make them.

import type { Group } from "../core/replicas.js";
import type { Dataset } from "../data/dataset.js";
import type { Strategy } from "./strategy.js";

/** The name of the method by which data divide themselves. */
export const divided: unique symbol = Symbol("divided");

/** Elements with a part for each replica of a group. */
export interface Parts extends AsyncIterable<unknown> {
  readonly group: Group;
}

export interface Divided {
  /** How many steps there are has to be said. */
  readonly isEndless?: boolean;
  /** The data for the replicas of a strategy; null: for one replica. */
  [divided](strategy: Strategy | null): Parts | Dataset<unknown>;
}

/** Whether a value divides itself. */
export const dividesItself = (value: unknown): value is Divided => typeof value === "object" && value !== null && divided in value;
