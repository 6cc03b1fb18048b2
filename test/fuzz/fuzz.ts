// npm run fuzz -- --minutes N --seed S: random programs of random operations on random shapes, values and call forms. Each program gives
// the same bits eagerly, traced, traced with every axis open and on any number of threads, and what plain JavaScript on nested arrays says
// within rounding; damaged calls (an unknown option, a wrong axis, shapes that don't fit, absurd lengths) end in a typed error and leave
// everything usable.

import { KerasmError } from "../../lib/core/errors.js";
import * as tf from "../../lib/index.js";

const { ops } = tf.keras;

/** Numbers between 0 and 1 from a seed: Mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A value as the reference has it: elements in order, in double precision. */
interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Rule = (
  x: Plain,
  random: () => number,
) => { readonly of: (t: tf.Tensor) => tf.Tensor; readonly plain: Plain; readonly text: string } | null;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
const whole = (random: () => number, below: number): number => Math.floor(random() * below);
const pick = <T>(random: () => number, list: readonly T[]): T => list[whole(random, list.length)]!;
const like = (x: Plain, data: readonly number[]): Plain => ({ shape: x.shape, data });
const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

const unary: Readonly<Record<string, readonly [(t: tf.Tensor) => tf.Tensor, (v: number) => number]>> = {
  negative: [(t) => ops.negative(t), (v) => -v],
  abs: [(t) => t.abs(), Math.abs],
  square: [(t) => ops.square(t), (v) => v * v],
  tanh: [(t) => ops.tanh(t), Math.tanh],
  sigmoid: [(t) => ops.sigmoid({ x: t }), (v) => 1 / (1 + Math.exp(-v))],
  relu: [(t) => ops.relu(t), (v) => (v > 0 ? v : v === v ? 0 : v)],
  floor: [(t) => ops.floor(t), Math.floor],
  sign: [(t) => ops.sign(t), Math.sign],
  exp: [(t) => ops.exp(ops.clip(t, -20, 20)), (v) => Math.exp(Math.min(20, Math.max(-20, v)))],
  leakyRelu: [(t) => ops.leakyRelu(t, { negativeSlope: 0.5 }), (v) => (v >= 0 ? v : 0.5 * v)],
};
const binary: Readonly<Record<string, readonly [(a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => number]>> = {
  add: [(a, b) => a.add(b), (a, b) => a + b],
  subtract: [(a, b) => ops.subtract(a, { x2: b }), (a, b) => a - b],
  multiply: [(a, b) => tf.multiply(a, b), (a, b) => a * b],
  maximum: [(a, b) => ops.maximum(a, b), (a, b) => Math.max(a, b)],
  minimum: [(a, b) => ops.minimum({ x1: a, x2: b }), (a, b) => Math.min(a, b)],
};

/** What makes a line of another of the same length: by position, or with the axis by name. */
const along: Readonly<
  Record<string, readonly [(t: tf.Tensor, axis: number, asOption: boolean) => tf.Tensor, (line: number[]) => number[]]>
> = {
  cumsum: [
    (t, axis, named) => (named ? ops.cumsum(t, { axis }) : ops.cumsum(t, axis)),
    (line) => line.map((_, i) => line.slice(0, i + 1).reduce((a, b) => a + b, 0)),
  ],
  sort: [(t, axis, named) => (named ? ops.sort(t, { axis }) : ops.sort(t, axis)), (line) => line.toSorted((a, b) => a - b)],
  flip: [(t, axis, named) => (named ? ops.flip(t, { axis }) : ops.flip(t, axis)), (line) => line.toReversed()],
  softmax: [(t, axis, named) => (named ? ops.softmax(t, { axis }) : ops.softmax(t, axis)), softmaxOf],
};

function softmaxOf(line: readonly number[]): number[] {
  const most = line.reduce((a, b) => Math.max(a, b), -Infinity);
  const parts = line.map((v) => Math.exp(v - most));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((v) => v / sum);
}

/** What picks elements along an axis: how, and which of its places; null is a zero. */
type Picker = (length: number, random: () => number) => [of: (t: tf.Tensor, axis: number) => tf.Tensor, places: (number | null)[]];
const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
const lines: Readonly<Record<string, Picker>> = {
  roll(length, random) {
    const shift = whole(random, 9) - 4;
    return [(t, axis) => ops.roll(t, shift, { axis }), upTo(length).map((i) => (((i - shift) % length) + length) % length)];
  },
  slice(length, random) {
    const [start, stop, step] = [whole(random, 2 * length + 3) - length - 1, whole(random, 2 * length + 3) - length - 1, pick(random, [1, 2, -1, -2, 3])];
    const key = { start: random() < 0.3 ? null : start, stop: random() < 0.3 ? null : stop, step };
    return [(t, axis) => t.at(...upTo(axis).map(() => ({})), key), sliced(length, key)];
  },
  take(length, random) {
    if (length === 0) return [(t, axis) => ops.take(t, [], axis), []];
    const places = upTo(1 + whole(random, 4)).map(() => whole(random, length));
    return [(t, axis) => ops.take(t, places, { axis }), places];
  },
  pad(length, random) {
    const [before, behind] = [whole(random, 3), whole(random, 3)];
    return [(t, axis) => ops.pad(t, t.shape.map((_, i) => (i === axis ? [before, behind] : [0, 0]))), [...upTo(before).map(() => null), ...upTo(length), ...upTo(behind).map(() => null)]];
  },
  repeat(length, random) {
    const times = whole(random, 4);
    return [(t, axis) => ops.repeat(t, times, axis), upTo(length).flatMap((i) => upTo(times).map(() => i))];
  },
  tile(length, random) {
    const times = 1 + whole(random, 3);
    return [(t, axis) => ops.tile(t, t.shape.map((_, i) => (i === axis ? times : 1))), upTo(times).flatMap(() => upTo(length))];
  },
  concatenate(length) {
    return [(t, axis) => ops.concatenate([t, ops.flip(t, axis)], { axis }), [...upTo(length), ...upTo(length).toReversed()]];
  },
}; // prettier-ignore

/** The places of Python's slice. */
function sliced(length: number, { start, stop, step }: { start: number | null; stop: number | null; step: number }): number[] {
  const clamp = (at: number): number => {
    const from = at < 0 ? at + length : at;
    return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
  };
  const first = start === null ? (step > 0 ? 0 : length - 1) : clamp(start);
  const last = stop === null ? (step > 0 ? length : -1) : clamp(stop);
  const places: number[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) places.push(i);
  return places;
}

const rules: readonly Rule[] = [
  (x, random) => {
    const name = pick(random, Object.keys(unary));
    const [of, one] = unary[name]!;
    return { of, plain: like(x, x.data.map(one)), text: name };
  },
  (x, random) => {
    const name = pick(random, Object.keys(binary));
    const [of, one] = binary[name]!;
    const shape = x.shape.map((length) => (random() < 0.3 ? 1 : length));
    const other = valuesOf(shape, random);
    const [own, theirs] = [stridesOf(x.shape), stridesOf(shape)];
    const data = x.data.map((v, i) => {
      const at = x.shape.reduce(
        (sum, length, axis) => sum + (shape[axis] === 1 ? 0 : (Math.floor(i / own[axis]!) % length) * theirs[axis]!),
        0,
      );
      return one(v, other.data[at]!);
    });
    const tensor = tensorOf(other);
    return { of: (t) => of(t, tensor), plain: like(x, data), text: `${name} [${shape.join()}]` };
  },
  (x, random) => {
    if (x.shape.length === 0) return null;
    const axis = whole(random, x.shape.length);
    const [length, inner] = [x.shape[axis]!, stridesOf(x.shape)[axis]!];
    const keepdims = random() < 0.5;
    const shape = keepdims ? x.shape.map((each, i) => (i === axis ? 1 : each)) : x.shape.filter((_, i) => i !== axis);
    const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
      const start = Math.floor(i / inner) * inner * length + (i % inner);
      return Array.from({ length }, (_, j) => x.data[start + j * inner]!).reduce((sum, v) => sum + v, 0);
    });
    const signed = random() < 0.5 ? axis : axis - x.shape.length;
    const of = (t: tf.Tensor) => ops.sum(t, { axis: signed, keepdims });
    return { of, plain: { shape, data }, text: `sum axis ${signed}` };
  },
  (x, random) => {
    const order = x.shape.map((_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = whole(random, i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const shape = order.map((axis) => x.shape[axis]!);
    const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
    const data = x.data.map(
      (_, i) => x.data[shape.reduce((sum, length, axis) => sum + (Math.floor(i / to[axis]!) % length) * from[order[axis]!]!, 0)]!,
    );
    return { of: (t) => ops.transpose(t, order), plain: { shape, data }, text: `transpose ${order.join()}` };
  },
  (x) => ({ of: (t) => ops.reshape(t, [-1]), plain: { shape: [x.data.length], data: x.data }, text: "reshape" }),
  (x, random) => {
    if (x.shape.length === 0 || x.shape[0] === 0) return null;
    const rows = Array.from({ length: 1 + whole(random, 4) }, () => whole(random, x.shape[0]!));
    const inner = sizeOf(x.shape.slice(1));
    const data = rows.flatMap((row) => x.data.slice(row * inner, (row + 1) * inner));
    return {
      of: (t) => ops.take(t, rows, { axis: 0 }),
      plain: { shape: [rows.length, ...x.shape.slice(1)], data },
      text: `take ${rows.join()}`,
    };
  },
  (x, random) => {
    if (x.shape.length < 1 || x.shape.length > 3) return null;
    const [k, n] = [x.shape.at(-1)!, 1 + whole(random, 9)];
    const w = valuesOf([k, n], random);
    const rows = k === 0 ? sizeOf(x.shape.slice(0, -1)) : x.data.length / k;
    const data = Array.from({ length: rows * n }, (_, i) =>
      Array.from({ length: k }, (_, j) => x.data[Math.floor(i / n) * k + j]! * w.data[j * n + (i % n)]!).reduce((sum, v) => sum + v, 0),
    );
    const tensor = tensorOf(w);
    return { of: (t) => ops.matmul(t, tensor), plain: { shape: [...x.shape.slice(0, -1), n], data }, text: `matmul ${n}` };
  },
  (x, random) => {
    if (x.shape.length === 0) return null;
    const axis = whole(random, x.shape.length);
    const [length, inner] = [x.shape[axis]!, stridesOf(x.shape)[axis]!];
    const name = pick(random, Object.keys(along));
    const [of, line] = along[name]!;
    const data = new Array<number>(x.data.length);
    for (let start = 0; start < x.data.length; start++) {
      if (Math.floor(start / inner) % length !== 0) continue; // the first of its line
      line(Array.from({ length }, (_, j) => x.data[start + j * inner]!)).forEach((v, j) => (data[start + j * inner] = v));
    }
    const signed = random() < 0.5 ? axis : axis - x.shape.length;
    const asOption = random() < 0.5;
    return { of: (t) => of(t, signed, asOption), plain: like(x, data), text: `${name} axis ${signed}${asOption ? " by name" : ""}` };
  },
  (x, random) => {
    if (x.shape.length === 0) return null;
    const axis = whole(random, x.shape.length);
    const length = x.shape[axis]!;
    const name = pick(random, Object.keys(lines));
    const [of, places] = lines[name]!(length, random);
    const shape = x.shape.map((each, i) => (i === axis ? places.length : each));
    const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
    const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
      const at = places[Math.floor(i / to[axis]!) % places.length]!;
      if (at === null) return 0;
      return x.data[shape.reduce((sum, each, a) => sum + (a === axis ? at : Math.floor(i / to[a]!) % each) * from[a]!, 0)]!;
    });
    return { of: (t) => of(t, axis), plain: { shape, data }, text: `${name} ${places.join()} axis ${axis}` };
  },
  (x, random) => {
    const place = whole(random, x.shape.length + 1);
    const shape = [...x.shape.slice(0, place), 1, ...x.shape.slice(place)];
    const of = pick(random, [
      (t: tf.Tensor) => ops.expandDims(t, place),
      (t: tf.Tensor) => t.at(...x.shape.slice(0, place).map(() => ":"), null),
    ]);
    return { of, plain: { shape, data: x.data }, text: `a new axis ${place}` };
  },
  (x, random) => {
    const bound = random() * 2 - 1;
    const of = pick(random, [
      (t: tf.Tensor) => ops.where(ops.greater(t, bound), t, ops.zerosLike(t)),
      (t: tf.Tensor) => ops.where({ condition: t.greater(bound), x1: t, x2: 0 }),
    ]);
    return { of, plain: like(x, x.data.map((v) => (v > Math.fround(bound) ? v : 0))), text: `where above ${bound}` }; // prettier-ignore
  },
  (x) => {
    if (x.shape.length === 0) return null;
    const data = [...Array(x.shape[0]!).keys()].length === 0 ? [] : [...x.data, ...x.data];
    return { of: (t) => ops.concatenate([t, t]), plain: { shape: [2 * x.shape[0]!, ...x.shape.slice(1)], data }, text: "concatenate" };
  },
];

function valuesOf(shape: readonly number[], random: () => number): Plain {
  return {
    shape,
    data: Array.from({ length: sizeOf(shape) }, () => Math.fround(random() < 0.05 ? pick(random, [0, -0, 1e-3, -7]) : random() * 4 - 2)),
  };
}
const tensorOf = ({ shape, data }: Plain): tf.Tensor => tf.constant(Float32Array.from(data), { shape });

/** One program: some rules in a row. */
function program(random: () => number) {
  const shape = Array.from({ length: whole(random, 5) }, () => (random() < 0.05 ? 0 : 1 + whole(random, random() < 0.1 ? 40 : 6)));
  const x = valuesOf(shape, random);
  let plain = x;
  const steps: { of: (t: tf.Tensor) => tf.Tensor; text: string }[] = [];
  for (let i = 1 + whole(random, 7); i > 0; i--) {
    const step = pick(random, rules)(plain, random);
    if (!step || sizeOf(step.plain.shape) > 200_000 || step.plain.data.some((v) => Math.abs(v) > 1e12)) continue;
    steps.push(step);
    plain = step.plain;
  }
  return { x, plain, steps, text: `[${shape.join()}] ${steps.map(({ text }) => text).join(" → ")}` };
}

const bitsOf = (t: tf.Tensor): string => `${t.shape.join()}:${Buffer.from((t.data() as Float32Array).buffer).toString("base64")}`;

/** Calls that must be refused, with a typed error. */
const refused: readonly ((t: tf.Tensor, random: () => number) => unknown)[] = [
  (t) => ops.sum(t, { axes: 0 } as never),
  (t) => ops.sum(t, { axis: t.rank + 3 }),
  (t) => ops.reshape(t, [7, 11, 13, 17]),
  (t) => ops.matmul(t, tf.zeros([(t.shape.at(-1) ?? 1) + 5, 2])),
  (_, random) => tf.zeros([-1 - whole(random, 9)]),
  () => ops.full([1.5], 1),
  (t) => ops.take(ops.reshape(t, [-1]), [t.size + 10], 0).data(),
  (t) => ops.tile(t, [-2]),
  (t) => ops.add(t, "nonsense" as never),
  (t) => (ops.concatenate as (x: unknown) => unknown)(t),
];

/**
 * Runs random programs.
 *
 * @returns what differed, each with the seed of its program
 */
export function fuzz(seed: number, until: (done: number) => boolean): { programs: number; faults: string[] } {
  const faults: string[] = [];
  let programs = 0;
  for (; !until(programs) && faults.length < 20; programs++) {
    const own = (seed + programs) | 0;
    const random = randomFrom(own);
    const { x, plain, steps, text } = program(random);
    try {
      const run = (t: tf.Tensor): tf.Tensor => steps.reduce((value, { of }) => of(value), t);
      const eager = run(tensorOf(x));
      const bits = bitsOf(eager);
      const traced = tf.function(run);
      if (bitsOf(traced(tensorOf(x))) !== bits) faults.push(`seed ${own}: traced differs: ${text}`);
      // The same function where no length is known while it is traced.
      const open = tf.function(run, { inputSignature: [new tf.TensorSpec(x.shape.map(() => null))] });
      if (bitsOf(open(tensorOf(x))) !== bits) faults.push(`seed ${own}: traced with open axes differs: ${text}`);
      for (const threads of [1, 3]) {
        tf.config.threading.setIntraOpParallelismThreads(threads);
        if (bitsOf(traced(tensorOf(x))) !== bits || bitsOf(run(tensorOf(x))) !== bits)
          faults.push(`seed ${own}: ${threads} threads differ: ${text}`);
      }
      const found = eager.data();
      const scale = plain.data.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 1);
      if (eager.shape.join() !== plain.shape.join())
        faults.push(`seed ${own}: shape ${eager.shape.join()}, not ${plain.shape.join()}: ${text}`);
      else if (
        !steps.some(({ text }) => /^(floor|sign|where)/.test(text)) && // the last bits decide
        plain.data.some((v, i) => Math.abs(found[i]! - v) > 1e-4 * scale)
      )
        faults.push(`seed ${own}: values: ${text}`);
      const wrong = pick(random, refused);
      try {
        wrong(tensorOf(x), random);
        faults.push(`seed ${own}: accepted ${wrong.toString()} of [${x.shape.join()}]`);
      } catch (error) {
        if (!(error instanceof KerasmError)) faults.push(`seed ${own}: ${String(error)} from ${wrong.toString()} of [${x.shape.join()}]`);
      }
      if (bitsOf(run(tensorOf(x))) !== bits) faults.push(`seed ${own}: other bits after a refused call: ${text}`);
    } catch (error) {
      faults.push(`seed ${own}: ${String(error)}: ${text}`);
    }
  }
  return { programs, faults };
}
