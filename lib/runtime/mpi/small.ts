// Small reductions by recursive doubling (Thakur, Rabenseifner, Gropp 2005): in each round pairs of processes exchange what they have and
// combine it, so that after log2 N rounds all have the same bits. Where N is no power of two, the last processes give theirs to the first
// ones before, and take the result after.
//
//  (1) What a small reduction costs is calls: its messages are prepared once, in memory of their own, and a round is one call that starts
//      them and some that test both. MPI's own reduction that may be left at any time takes more calls, and longer.
//  (2) All processes reduce the same in the same order, and messages between two of them keep theirs: so one tag is enough.

import type { ElementName, ReductionName } from "../communicator.js";
import { allocate } from "../heap.js";
import { floats, ints, memory } from "../memory.js";
import type { Library } from "./library.js";

const TAG = 78;
/** Kinds of reductions that are prepared. */
const KEPT = 64;
/** Bytes before the elements: requests. */
const HEAD = 64;

interface Round {
  start(): number;
  test(): number;
  /** Whether what comes in is combined with what is there, instead of taking its place. */
  readonly combines: boolean;
}

type Elements = Float32Array | Int32Array;

interface Kept {
  readonly own: Elements;
  readonly incoming: Elements;
  readonly rounds: readonly Round[];
}

const combinations: Readonly<Record<ReductionName, (own: Elements, incoming: Elements) => void>> = {
  sum: (own, incoming) => {
    for (let i = 0; i < own.length; i++) own[i]! += incoming[i]!;
  },
  max: (own, incoming) => {
    for (let i = 0; i < own.length; i++) own[i] = Math.max(own[i]!, incoming[i]!);
  },
  min: (own, incoming) => {
    for (let i = 0; i < own.length; i++) own[i] = Math.min(own[i]!, incoming[i]!);
  },
};

export class SmallReductions {
  readonly #kept = new Map<number, Kept>();
  readonly #requests: number[] = [];

  /**
   * @param flag  the address where a test says whether it is over, for C
   * @param finish  starts a round and waits for it
   */
  constructor(
    readonly library: Library,
    readonly rank: number,
    readonly size: number,
    readonly flag: number,
    readonly finish: (round: Round) => void,
  ) {}

  /** Elements of all processes become one, in place; false where too many kinds of reductions are prepared already. */
  run(address: number, count: number, element: ElementName, reduction: ReductionName): boolean {
    const isFloat = element === "float32";
    const key = 2 * count + (isFloat ? 1 : 0);
    let kept = this.#kept.get(key);
    if (!kept) {
      if (this.#kept.size >= KEPT) return false;
      this.#kept.set(key, (kept = this.#prepared(count, isFloat)));
    }
    const { own, incoming, rounds } = kept;
    const [elements, at] = [isFloat ? floats() : ints(), address >>> 2];
    for (let i = 0; i < count; i++) own[i] = elements[at + i]!;
    for (let i = 0; i < rounds.length; i++) {
      const round = rounds[i]!;
      this.finish(round);
      if (round.combines) combinations[reduction](own, incoming);
    }
    for (let i = 0; i < count; i++) elements[at + i] = own[i]!;
    return true;
  }

  #prepared(count: number, isFloat: boolean): Kept {
    const { rank, size, library } = this;
    const room = Math.ceil((4 * count) / HEAD) * HEAD;
    const own = allocate(2 * room);
    const incoming = own + room;
    const { at } = library;
    const type = library.handle(isFloat ? "float32" : "int32");
    const requestBytes = library.abi.handle === "int" ? 4 : 8;
    const [startAll, testAll] = [library.functionOf("MPI_Startall"), library.functionOf("MPI_Testall")];
    const roundOf = (partner: number, sends: boolean, receives: number | null, combines = false): Round => {
      const requests = allocate(HEAD);
      let messages = 0;
      const add = (name: "MPI_Send_init" | "MPI_Recv_init", elements: number): void => {
        const request = at(requests + messages++ * requestBytes);
        library.call(name, at(elements), count, type, partner, TAG, library.world, request);
        this.#requests.push(request);
      };
      if (receives !== null) add("MPI_Recv_init", receives);
      if (sends) add("MPI_Send_init", own);
      const [amount, first, { flag }] = [messages, at(requests), this];
      return { combines, start: () => startAll(amount, first), test: () => testAll(amount, first, flag, library.ignored) };
    };
    const pairs = 2 ** Math.floor(Math.log2(size));
    const rounds: Round[] = [];
    if (rank >= pairs) rounds.push(roundOf(rank - pairs, true, null), roundOf(rank - pairs, false, own));
    else {
      if (rank + pairs < size) rounds.push(roundOf(rank + pairs, false, incoming, true));
      for (let distance = 1; distance < pairs; distance *= 2) rounds.push(roundOf(rank ^ distance, true, incoming, true));
      if (rank + pairs < size) rounds.push(roundOf(rank + pairs, true, null));
    }
    const ArrayType = isFloat ? Float32Array : Int32Array;
    return { own: new ArrayType(memory.buffer, own, count), incoming: new ArrayType(memory.buffer, incoming, count), rounds };
  }

  /** To be called before MPI ends. */
  free(): void {
    for (const request of this.#requests) this.library.call("MPI_Request_free", request);
    this.#requests.length = 0;
  }
}
