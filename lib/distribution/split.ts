// Replicas in processes that keep parts of variables. Loaded with the processes.

import { markTraces, replica, type Group, type Meeting, type OutputPlaces, type Split } from "../core/replicas.js";
import type { Tensor } from "../core/tensor.js";
import { wholeOf } from "../ops/collective/all-to-all.js";
import { SplitProducts } from "./part-products.js";
import { ProcessStrategy } from "./process-strategy.js";
import type { Strategy } from "./strategy.js";

/** Says which part of a variable this process keeps. */
export type Splitting = (path: string, shape: readonly number[]) => Split | null;

/** The processes, with parts of variables. */
class SplitGroup implements Group {
  readonly count: number;
  readonly local = 1;
  readonly id: number;
  readonly products: SplitProducts = new SplitProducts();
  share: number | null = null;
  readonly key: string;
  static #groups = 0;

  constructor(
    readonly base: Group,
    readonly split: Splitting,
  ) {
    this.count = base.count;
    this.id = base.id;
    this.key = `split${++SplitGroup.#groups}`;
  }

  whole(part: Tensor, split: Split): Tensor {
    const whole = wholeOf(part, split);
    if (split.keepers === null) this.products.know(whole, { part, axis: split.axis });
    return whole;
  }

  divided(shares: readonly (readonly number[])[] | null): void {
    const [first] = shares ?? [];
    this.products.isEven = shares !== null && shares.every((each) => new Set(each).size === 1);
    const isKnown = first !== undefined && shares!.every((each) => String(each) === String(first));
    const total = first?.reduce((sum, each) => sum + each, 0) ?? 0;
    this.share = isKnown && total > 0 ? first[this.id]! / total : null;
    markTraces(this.products.isEven ? " even" : isKnown ? ` ${first.join()}` : "");
  }

  meet(meeting: Meeting, xs: readonly Tensor[], places?: OutputPlaces): Record<string, Tensor> {
    return this.base.meet(meeting, xs, places);
  }

  lengths(own: number, isReal: boolean): readonly number[] {
    return this.base.lengths(own, isReal);
  }
}

/** Replicas in processes with parts of variables. */
class SplitStrategy extends ProcessStrategy {
  constructor(readonly group: Group) {
    super();
  }
}

/** A strategy whose variables are split over the processes of a group; one process has all of them. */
export const splitOver = (group: Group, split: Splitting): Strategy =>
  new SplitStrategy(group.count === 1 ? replica().group : new SplitGroup(group, split));
