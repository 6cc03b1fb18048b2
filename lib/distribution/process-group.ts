// Replicas in processes of their own, which meet through a communicator.
//
//  (1) Before values meet, processes compare what they are about to do, by a reduction of fixed size: a process that does anything else, or
//      one thing less, is an error in all of them, never a wait without end or a plausible result.
//  (2) A list is one message: its tensors are laid side by side in memory that stays, reduced there, and copied to where they are wanted.
//      In a program a large tensor is a message of its own, reduced where it is wanted, which mostly is where it lies: two copies less.

import { dtypes, type Dtype } from "../core/dtype.js";
import { ClusterError, DtypeError, MemoryError } from "../core/errors.js";
import type { Group, Meeting, OutputPlaces, Reduction } from "../core/replicas.js";
import { shapeText } from "../core/shape.js";
import { adoptTensor, bytesOf, type Tensor } from "../core/tensor.js";
import { meetingText } from "../ops/collective/all-reduce.js";
import { CommunicatorFailure, type Communicator } from "../runtime/communicator.js";
import { allocate, release } from "../runtime/heap.js";
import { bytes as memoryBytes } from "../runtime/memory.js";
import { exchangeHalves } from "./half.js";

/** How numbers travel: as they are, or with half of their bits. */
export type Compression = "float16" | null;

const TEXT_BYTES = 256;
/** Bytes of a message of its own: to copy them there and back would take longer than a message on its way through a quick network. */
const LARGE = 1 << 20;

export class ProcessGroup implements Group {
  readonly local = 1;
  readonly key = "processes";
  readonly count: number;
  readonly id: number;
  /** Memory for messages, and what is at its beginning. */
  #bucket = { address: 0, bytes: 0 };
  readonly #words: number;
  #meetings = 0;

  constructor(
    readonly where: string,
    readonly communicator: Communicator,
    readonly compression: Compression = null,
  ) {
    this.count = communicator.size;
    this.id = communicator.rank;
    this.#words = allocate(64 + TEXT_BYTES * (this.count + 1));
  }

  /** Runs what the communicator does, with its failures as errors. */
  attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw error instanceof CommunicatorFailure ? new ClusterError(this.where, { ...error.facts, cause: error }) : error;
    }
  }

  #take(bytes: number): number {
    if (this.#bucket.bytes < bytes) {
      if (this.#bucket.bytes > 0) release(this.#bucket.address, this.#bucket.bytes);
      this.#bucket = { address: 0, bytes: 0 };
      const address = allocate(bytes);
      if (address === 0) throw new MemoryError(this.where, { given: `a message of ${bytes} bytes`, expected: "memory for it" });
      this.#bucket = { address, bytes };
    }
    return this.#bucket.address;
  }

  meet(meeting: Meeting, xs: readonly Tensor[], places: OutputPlaces = {}): Record<string, Tensor> {
    return this.attempt(() => {
      const what = () => `${meetingText({ meeting }, xs)} (${shapesText(xs)})`;
      this.#agree(meeting, xs, what);
      if (meeting.kind === "all-gather") return this.#allGather(meeting, xs, places);
      if (meeting.kind === "broadcast") return this.#broadcast(meeting, xs, places);
      if (meeting.kind === "all-to-all") return this.#allToAll(xs, places);
      return this.#allReduce(meeting, xs, places);
    });
  }

  lengths(own: number, isReal: boolean): readonly number[] {
    if (!isReal) return Array.from({ length: this.count }, () => own);
    return this.attempt(() => {
      this.#agree({ kind: "lengths" }, [], () => "an exchange of lengths");
      const all = this.#take(4 * this.count + 64);
      const words = (at: number, length: number) => new Int32Array(memoryBytes().buffer, at, length);
      words(this.#words, 1)[0] = own;
      this.communicator.allGather(
        this.#words,
        all,
        Array.from({ length: this.count }, () => 4),
      );
      return [...words(all, this.count)];
    });
  }

  /** Invariant (1). @throws ClusterError with what each says */
  #agree(meeting: Said, xs: readonly Tensor[], what: () => string): void {
    this.#meetings++;
    const [one, other] = hashes(meeting, xs, this.#meetings);
    const words = new Int32Array(memoryBytes().buffer, this.#words, 4);
    words.set([one, -one, other, -other]);
    this.communicator.allReduce(this.#words, 4, "int32", "max");
    const agreed = new Int32Array(memoryBytes().buffer, this.#words, 4);
    if (agreed[0] === -agreed[1]! && agreed[2] === -agreed[3]!) return;
    const said = this.#texts(`${what()}, its meeting ${this.#meetings}`);
    const own = said[this.id]!;
    const who = said.findIndex((each) => each !== own);
    throw new ClusterError(this.where, {
      given: `${own}, while worker ${who < 0 ? "?" : who} gives ${who < 0 ? "something else" : said[who]!}`,
      expected: "the same step on all workers",
      hint: "Do model and data agree?",
    });
  }

  #texts(own: string): string[] {
    const [from, to] = [this.#words + 64, this.#words + 64 + TEXT_BYTES];
    memoryBytes().fill(0, from, to);
    memoryBytes().set(new TextEncoder().encode(own).subarray(0, TEXT_BYTES), from);
    this.communicator.allGather(
      from,
      to,
      Array.from({ length: this.count }, () => TEXT_BYTES),
    );
    return Array.from({ length: this.count }, (_, i) => {
      const text = memoryBytes().slice(to + i * TEXT_BYTES, to + (i + 1) * TEXT_BYTES);
      return new TextDecoder().decode(text).replace(/\0+$/, "");
    });
  }

  /** Invariant (2). */
  #allReduce({ kind, reduction }: Meeting, xs: readonly Tensor[], places: OutputPlaces): Record<string, Tensor> {
    const kinds = [...new Set(xs.map(({ dtype }) => dtype))];
    const odd = kinds.find((dtype) => dtype !== "float32" && dtype !== "int32");
    if (odd) throw new DtypeError(kind, { given: `${odd} values`, expected: "float32 or int32 between processes", hint: "Cast first." });
    const results: Record<string, Tensor> = {};
    const { count, id } = this;
    const isApart = (i: number): boolean => kind === "all-reduce" && bytesOf(xs[i]!)! >= LARGE && places[`y${i}`] !== undefined;
    for (const dtype of kinds) {
      const all = xs.flatMap((x, i) => (x.dtype === dtype ? [i] : []));
      const own = all.filter((i) => !isApart(i));
      const total = own.reduce((sum, i) => sum + xs[i]!.size, 0);
      const bucket = this.#take(4 * total);
      let at = bucket;
      for (const i of own) {
        const bytes = bytesOf(xs[i]!)!;
        xs[i]!.storage!.copyTo(memoryBytes().subarray(at, at + bytes));
        at += bytes;
      }
      if (total > 0) this.#reduce(bucket, total, dtype, reduction!);
      for (const i of all.filter(isApart)) {
        const [{ address }, storage] = [places[`y${i}`]!, xs[i]!.storage!];
        if (storage.resident() !== address) storage.copyTo(memoryBytes().subarray(address, address + bytesOf(xs[i]!)!));
        this.#reduce(address, xs[i]!.size, dtype, reduction!);
      }
      at = bucket;
      for (const i of own) {
        const bytes = bytesOf(xs[i]!)!;
        if (kind === "reduce-scatter") {
          const part = bytes / count;
          const shape = [xs[i]!.shape[0]! / count, ...xs[i]!.shape.slice(1)] as number[];
          give(results, places, `y${i}`, at + id * part, part, shape, dtype);
        } else give(results, places, `y${i}`, at, bytes, xs[i]!.shape as number[], dtype);
        at += bytes;
      }
    }
    return results;
  }

  /** Numbers in memory become those of all, in place. */
  #reduce(address: number, total: number, dtype: Dtype, reduction: Reduction): void {
    const isSum = reduction === "sum" || reduction === "mean";
    if (dtype === "float32" && isSum && this.compression === "float16") exchangeHalves(this.communicator, address, total);
    else this.communicator.allReduce(address, total, dtype as "float32", isSum ? "sum" : reduction);
    if (reduction !== "mean") return;
    const elements = new Float32Array(memoryBytes().buffer, address, total);
    for (let i = 0; i < total; i++) elements[i] = elements[i]! / this.count;
  }

  #broadcast({ root = 0 }: Meeting, xs: readonly Tensor[], places: OutputPlaces): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    xs.forEach((x, i) => {
      const bytes = bytesOf(x)!;
      const at = this.#take(bytes);
      x.storage!.copyTo(memoryBytes().subarray(at, at + bytes));
      this.communicator.broadcast(at, bytes, root);
      give(results, places, `y${i}`, at, bytes, x.shape as number[], x.dtype);
    });
    return results;
  }

  #allToAll(xs: readonly Tensor[], places: OutputPlaces): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    xs.forEach((x, i) => {
      const bytes = bytesOf(x)!;
      const room = Math.ceil(bytes / 64) * 64;
      const at = this.#take(room + bytes);
      x.storage!.copyTo(memoryBytes().subarray(at, at + bytes));
      this.communicator.allToAll(at, at + room, bytes / this.count);
      give(results, places, `y${i}`, at + room, bytes, x.shape as number[], x.dtype);
    });
    return results;
  }

  #allGather({ lengths }: Meeting, xs: readonly Tensor[], places: OutputPlaces): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    xs.forEach((x, i) => {
      const row = x.shape.slice(1).reduce<number>((size, length) => size * length!, dtypes[x.dtype].bytes);
      const parts = lengths!.map((length) => length * row);
      const own = bytesOf(x)!;
      const all = parts.reduce((sum, part) => sum + part, 0);
      const room = Math.ceil(own / 64) * 64;
      const at = this.#take(room + all);
      x.storage!.copyTo(memoryBytes().subarray(at, at + own));
      this.communicator.allGather(at, at + room, parts);
      const total = lengths!.reduce((sum, length) => sum + length, 0);
      give(results, places, `y${i}`, at + room, all, [total, ...(x.shape.slice(1) as number[])], x.dtype);
    });
    return results;
  }
}

/** An output of bytes in memory: written where it is wanted, or as a tensor of its own. */
function give(
  results: Record<string, Tensor>,
  places: OutputPlaces,
  name: string,
  at: number,
  bytes: number,
  shape: readonly number[],
  dtype: Dtype,
): void {
  const place = places[name];
  if (place) return void memoryBytes().copyWithin(place.address, at, at + bytes);
  const { array: ArrayType } = dtypes[dtype];
  results[name] = adoptTensor(new ArrayType(memoryBytes().slice(at, at + bytes).buffer), shape, dtype);
}

/** What processes are about to do: values meet, or they tell each other lengths. */
type Said = Omit<Meeting, "kind"> & { readonly kind: Meeting["kind"] | "lengths" };

const kindsOf: readonly Said["kind"][] = ["all-reduce", "all-gather", "broadcast", "reduce-scatter", "lengths", "all-to-all"];
const reductionsOf = [undefined, "sum", "mean", "max", "min"];
const dtypesOf = Object.keys(dtypes);

/** Shapes of the first tensors, as an error message shows them. */
function shapesText(xs: readonly Tensor[]): string {
  const shown = xs.slice(0, 4).map(({ shape }) => shapeText(shape));
  return [...shown, ...(xs.length > 4 ? ["…"] : [])].join(", ");
}

/** Two numbers of 30 bits that are equal where processes do the same: FNV-1a over what they do, from two beginnings. */
function hashes({ kind, reduction, root = 0, lengths = [] }: Said, xs: readonly Tensor[], count: number): [number, number] {
  let [one, other] = [0x811c9dc5, 0x1234567];
  const mix = (value: number): void => {
    one = Math.imul(one ^ value, 0x01000193);
    other = Math.imul(other ^ value ^ (one >>> 15), 0x85ebca6b);
  };
  mix(count);
  mix(kindsOf.indexOf(kind));
  mix(reductionsOf.indexOf(reduction));
  mix(root);
  for (const length of lengths) mix(length);
  for (const { dtype, shape } of xs) {
    mix(dtypesOf.indexOf(dtype) + 1);
    shape.forEach((length, axis) => axis > 0 || kind !== "all-gather" ? mix(length! + 17) : mix(3)); // prettier-ignore
  }
  return [(one >>> 2) + 1, (other >>> 2) + 1];
}
