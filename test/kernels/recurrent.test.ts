// Recurrent kernels against the formulas in float64.

import t from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, distance, Harness, random } from "./harness.js";

interface Sizes {
  readonly rows: number;
  readonly time: number;
  readonly units: number;
}

type Floats = ReturnType<Harness["floats"]>;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Everything that a run reads and gives; optional inputs may be missing. */
interface Run extends Sizes {
  readonly projected: ArrayLike<number>;
  /** [units, 4 · units] */
  readonly kernel: ArrayLike<number>;
  readonly hidden0: ArrayLike<number> | null;
  readonly cell0: ArrayLike<number> | null;
  readonly mask: ArrayLike<number> | null;
}

/** The states after each step and the gates, one element after the other. */
function expected({ rows, time, units, projected, kernel, hidden0, cell0, mask }: Run) {
  const hidden = new Float64Array(rows * time * units);
  const cells = new Float64Array(hidden.length);
  const gates = new Float64Array(hidden.length * 4);
  for (let n = 0; n < rows; n++)
    for (let t = 0; t < time; t++) {
      const place = n * time + t;
      const hiddenBefore = (u: number) => (t ? hidden[(place - 1) * units + u]! : (hidden0?.[n * units + u] ?? 0));
      const cellBefore = (u: number) => (t ? cells[(place - 1) * units + u]! : (cell0?.[n * units + u] ?? 0));
      for (let q = 0; q < 4 * units; q++) {
        let sum = projected[place * 4 * units + q]!;
        for (let u = 0; u < units; u++) sum += hiddenBefore(u) * kernel[u * 4 * units + q]!;
        gates[place * 4 * units + q] = Math.floor(q / units) === 2 ? Math.tanh(sum) : sigmoid(sum);
      }
      for (let u = 0; u < units; u++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[(place * 4 + gate) * units + u]!) as [number, number, number, number];
        const isThere = mask ? mask[place] !== 0 : true;
        cells[place * units + u] = isThere ? f * cellBefore(u) + i * g : cellBefore(u);
        hidden[place * units + u] = isThere ? o * Math.tanh(cells[place * units + u]!) : hiddenBefore(u);
      }
    }
  return { hidden, cells, gates };
}

const sizes: readonly Sizes[] = [
  { rows: 0, time: 3, units: 4 },
  { rows: 1, time: 1, units: 1 },
  { rows: 1, time: 3, units: 33 },
  { rows: 1, time: 3, units: 18 },
  { rows: 2, time: 0, units: 5 },
  { rows: 3, time: 4, units: 3 },
  { rows: 5, time: 2, units: 4 },
  { rows: 7, time: 3, units: 5 },
  { rows: 9, time: 3, units: 8 },
  { rows: 17, time: 2, units: 18 },
];

/** The halves that hold floats, as bytes, and the floats that they stand for. */
function inHalves(x: ArrayLike<number>, isBrain: boolean): { readonly bytes: Uint8Array; readonly floats: Float32Array } {
  const bits = new Uint16Array(x.length);
  const floats = Float32Array.from(x);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < x.length; i++) {
    // Cut towards zero to the bits that both formats have room for.
    words[i] = isBrain ? words[i]! & 0xffff0000 : words[i]! & 0xffffe000;
    if (!isBrain && Math.abs(floats[i]!) < 2 ** -14) floats[i] = 0;
    const size = (words[i]! & 0x7fffffff) >>> 13;
    bits[i] = isBrain ? words[i]! >>> 16 : ((words[i]! >>> 16) & 0x8000) | Math.max(0, size - (112 << 10));
  }
  return { bytes: new Uint8Array(bits.buffer), floats };
}

/** All steps in one command, */
const allOf = (time: number) => ({ fromStep: 0, toStep: time });
/** and in two. */
const halvesOf = (time: number) => {
  const half = time >> 1;
  return [
    { fromStep: 0, toStep: half },
    { fromStep: half, toStep: time },
  ].filter(({ fromStep, toStep }) => toStep > fromStep);
};

for (const build of builds) {
  const harness = new Harness(build);
  for (const units of [3, 18, 64, 200])
    for (const isBrain of [true, false])
      t.test(`lstm of one row of ${units} units reads ${isBrain ? "bfloat16" : "float16"} where it lies (${build})`, async (t) => {
        harness.reset();
        const time = 3;
        const projected = harness.floats(random(time * 4 * units, 1));
        const { bytes, floats } = inHalves(random(units * 4 * units, 2), isBrain);
        const halves = harness.bytes(bytes);
        const [hidden, cells, gates] = [1, 1, 4].map((parts) => harness.floats(time * parts * units)) as [Floats, Floats, Floats];
        const none = { packed: null, kernel: null, hidden0: null, cell0: null, mask: null };
        const whole = { projected, halves, isBrain: isBrain ? 1 : 0, hidden, cells, gates, rows: 1, time, units, unitRows: 8 };
        harness.run(kernels.lstm_f32({ ...none, ...whole, ...allOf(time) }, 1));
        const reference = expected({ rows: 1, time, units, ...none, projected: projected.view, kernel: floats });
        for (const [name, { view }] of Object.entries({ hidden, cells, gates }))
          t.ok(distance(view, reference[name as "hidden"]) < 3e-6, `${name}: ${distance(view, reference[name as "hidden"])} off`);
      });

  for (const { rows, time, units } of sizes)
    for (const isPlain of [true, false]) {
      const how = isPlain ? "from zeros" : "from given states through a mask";
      t.test(`lstm of ${rows} rows, ${time} steps, ${units} units, ${how} (${build})`, async (t) => {
        harness.reset();
        const unitRows = 4;
        const blocks = Math.ceil(rows / unitRows);
        const cuts = blocks > 1 ? [1] : [];
        const panels = Math.ceil((4 * units) / 16) * 16 * 4 * units;
        const given = (count: number, seed: number) => (isPlain ? null : harness.floats(random(count, seed)));
        const projected = harness.floats(random(rows * time * 4 * units, 1));
        const kernel = harness.floats(random(units * 4 * units, 2));
        const [hidden0, cell0] = [given(rows * units, 3), given(rows * units, 4)];
        const mask = isPlain ? null : harness.bytes(random(rows * time, 5).map((x) => (x > -0.2 ? 1 : 0)));
        const [hidden, cells] = [harness.floats(rows * time * units), harness.floats(rows * time * units)];
        const gates = harness.floats(rows * time * 4 * units);
        const packed = harness.floats(panels);
        const packing = { b: kernel, packed, groups: 1, taps: 1, strideGroup: 0, strideTap: 0 };
        harness.run(kernels.pack_f32({ ...packing, k: units, n: 4 * units, strideK: 4 * units, strideN: 1 }, Math.ceil((4 * units) / 16)));
        const isUnpacked = rows === 1 && units % 2 === 0;
        const args = {
          projected,
          packed: isUnpacked ? null : packed,
          kernel: isUnpacked ? kernel : null,
          halves: null,
          isBrain: 0,
          hidden0,
          cell0,
          mask,
          hidden,
          cells,
          gates,
          rows,
          time,
          units,
          unitRows,
        };
        harness.run(kernels.lstm_f32({ ...args, ...allOf(time) }, blocks));
        const whole = [hidden, cells, gates].map(({ view }) => view.slice());
        for (const { view } of [hidden, cells, gates]) view.fill(12345);
        for (const steps of halvesOf(time)) harness.run(kernels.lstm_f32({ ...args, ...steps }, blocks), cuts);
        t.strictSame([hidden, cells, gates].map(({ view }) => view), whole, "any split gives the same bits"); // prettier-ignore

        const views = {
          projected: projected.view,
          kernel: kernel.view,
          hidden0: hidden0?.view ?? null,
          cell0: cell0?.view ?? null,
          mask: mask?.view ?? null,
        };
        const reference = expected({ rows, time, units, ...views });
        for (const [name, { view }] of Object.entries({ hidden, cells, gates }))
          t.ok(distance(view, reference[name as "hidden"]) < 3e-6, `${name}: ${distance(view, reference[name as "hidden"])} off`);

        // One random direction: the slope of a weighted sum of all outputs, by central differences of the reference.
        const weights = {
          dHidden: random(hidden.view.length, 6),
          dCells: random(hidden.view.length, 7),
          dGates: random(gates.view.length, 8),
        };
        const packedBack = harness.floats(panels);
        const back = { k: 4 * units, n: units, strideK: 1, strideN: 4 * units };
        harness.run(kernels.pack_f32({ ...packing, packed: packedBack, ...back }, Math.ceil(units / 16)));
        const [dHidden, dCells, dGates] = Object.values(weights).map((values) => harness.floats(values)) as [
          typeof hidden,
          typeof hidden,
          typeof hidden,
        ];
        const dProjected = harness.floats(gates.view.length);
        const [dHidden0, dCell0] = [harness.floats(rows * units), harness.floats(rows * units)];
        const inputs = { gates, cells, cell0, mask, packed: packedBack, dHidden, dCells, dGates };
        const gradient = (steps: ReturnType<typeof allOf>) =>
          kernels.lstm_grad_f32({ ...inputs, dProjected, dHidden0, dCell0, rows, time, units, unitRows, ...steps }, blocks);
        harness.run(gradient(allOf(time)));
        const once = [dProjected, dHidden0, dCell0].map(({ view }) => view.slice());
        for (const steps of halvesOf(time).reverse()) harness.run(gradient(steps), cuts);
        t.strictSame(
          [dProjected, dHidden0, dCell0].map(({ view }) => view),
          once,
          "any split of the gradient gives the same bits",
        );

        const direction = {
          projected: random(projected.view.length, 9),
          hidden0: random(rows * units, 10),
          cell0: random(rows * units, 11),
        };
        const at = (h: number): number => {
          const moved = (name: keyof typeof direction) =>
            views[name] === null
              ? direction[name].map((d) => d * h)
              : Float64Array.from(views[name], (x, i) => x + direction[name][i]! * h);
          const y = expected({
            rows,
            time,
            units,
            kernel: kernel.view,
            mask: views.mask,
            projected: moved("projected"),
            hidden0: moved("hidden0"),
            cell0: moved("cell0"),
          });
          return dot(y.hidden, weights.dHidden) + dot(y.cells, weights.dCells) + dot(y.gates, weights.dGates);
        };
        const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
        const found = dot(dProjected.view, direction.projected) + dot(dHidden0.view, direction.hidden0) + dot(dCell0.view, direction.cell0);
        t.ok(Math.abs(found - slope) < 2e-4 * (1 + Math.abs(slope)), `gradient along a direction: ${found}, by steps ${slope}`);
      });
    }
}

/** The state after each step and the gates z, r, g with the candidate's part of the product, or with r · h where the reset comes first. */
function expectedGru(
  { rows, time, units, projected, kernel, hidden0, mask }: Omit<Run, "cell0">,
  bias: ArrayLike<number> | null,
  isResetFirst: boolean,
) {
  const hidden = new Float64Array(rows * time * units);
  const gates = new Float64Array(hidden.length * 4);
  for (let n = 0; n < rows; n++)
    for (let t = 0; t < time; t++) {
      const place = n * time + t;
      const before = (u: number) => (t ? hidden[(place - 1) * units + u]! : (hidden0?.[n * units + u] ?? 0));
      const product = (q: number, state = before) => {
        let sum = bias?.[q] ?? 0;
        for (let u = 0; u < units; u++) sum += state(u) * kernel[u * 3 * units + q]!;
        return sum;
      };
      const x = (gate: number, u: number) => projected[(place * 3 + gate) * units + u]!;
      const reset = (u: number) => sigmoid(x(1, u) + product(units + u));
      for (let u = 0; u < units; u++) {
        const [z, r] = [sigmoid(x(0, u) + product(u)), reset(u)];
        const p = isResetFirst ? r * before(u) : product(2 * units + u);
        const g = Math.tanh(x(2, u) + (isResetFirst ? product(2 * units + u, (u) => reset(u) * before(u)) : r * p));
        [z, r, g, p].forEach((value, gate) => (gates[(place * 4 + gate) * units + u] = value));
        const isThere = mask ? mask[place] !== 0 : true;
        hidden[place * units + u] = isThere ? z * before(u) + (1 - z) * g : before(u);
      }
    }
  return { hidden, gates };
}

for (const build of builds) {
  const harness = new Harness(build);
  for (const { rows, time, units } of sizes)
    for (const [isPlain, isResetFirst] of [
      [true, false],
      [false, false],
      [true, true],
      [false, true],
    ] as const) {
      const how = isPlain ? "from zeros" : `${isResetFirst ? "" : "with a bias "}from a given state through a mask`;
      const name = isResetFirst ? "gru, reset first," : "gru";
      t.test(`${name} of ${rows} rows, ${time} steps, ${units} units, ${how} (${build})`, async (t) => {
        harness.reset();
        const unitRows = 4;
        const blocks = Math.ceil(rows / unitRows);
        const cuts = blocks > 1 ? [1] : [];
        const given = (count: number, seed: number) => (isPlain ? null : harness.floats(random(count, seed)));
        const projected = harness.floats(random(rows * time * 3 * units, 1));
        const kernel = harness.floats(random(units * 3 * units, 2));
        const [hidden0, bias] = [given(rows * units, 3), isResetFirst ? null : given(3 * units, 4)];
        const mask = isPlain ? null : harness.bytes(random(rows * time, 5).map((x) => (x > -0.2 ? 1 : 0)));
        const [hidden, gates] = [harness.floats(rows * time * units), harness.floats(rows * time * 4 * units)];
        const panels = 3 * Math.ceil((4 * units) / 16) * 16 * 3 * units;
        const [packed, packedBack] = [harness.floats(panels), harness.floats(panels)];
        // One matrix, or one for each gate.
        const [groups, width] = isResetFirst ? [3, units] : [1, 3 * units];
        const packing = { b: kernel, groups, taps: 1, strideGroup: isResetFirst ? units : 0, strideTap: 0 };
        harness.run(
          kernels.pack_f32({ ...packing, packed, k: units, n: width, strideK: 3 * units, strideN: 1 }, groups * Math.ceil(width / 16)),
        );
        const resetFirst = isResetFirst ? 1 : 0;
        const shape = { rows, time, units, unitRows, resetFirst };
        const run = (steps: ReturnType<typeof allOf>) =>
          kernels.gru_f32({ projected, packed, bias, hidden0, mask, hidden, gates, ...shape, ...steps }, blocks);
        harness.run(run(allOf(time)));
        const whole = [hidden, gates].map(({ view }) => view.slice());
        for (const { view } of [hidden, gates]) view.fill(12345);
        for (const steps of halvesOf(time)) harness.run(run(steps), cuts);
        t.strictSame([hidden, gates].map(({ view }) => view), whole, "any split gives the same bits"); // prettier-ignore
        const views = { projected: projected.view, kernel: kernel.view, hidden0: hidden0?.view ?? null, mask: mask?.view ?? null };
        const reference = expectedGru({ rows, time, units, ...views }, bias?.view ?? null, isResetFirst);
        for (const [name, { view }] of Object.entries({ hidden, gates }))
          t.ok(distance(view, reference[name as "hidden"]) < 5e-6, `${name}: ${distance(view, reference[name as "hidden"])} off`);

        const weights = { dHidden: random(hidden.view.length, 6), dGates: random(gates.view.length, 8) };
        harness.run(
          kernels.pack_f32(
            { ...packing, packed: packedBack, k: width, n: units, strideK: 1, strideN: 3 * units },
            groups * Math.ceil(units / 16),
          ),
        );
        const [dHidden, dGates] = [harness.floats(weights.dHidden), harness.floats(weights.dGates)];
        const [dProjected, dInner] = [harness.floats(projected.view.length), harness.floats((projected.view.length * width) / (3 * units))];
        const dHidden0 = harness.floats(rows * units);
        const inputs = { gates, hidden, hidden0, mask, packed: packedBack, dHidden, dGates };
        const gradient = (steps: ReturnType<typeof allOf>) =>
          kernels.gru_grad_f32({ ...inputs, dProjected, dInner, dHidden0, ...shape, ...steps }, blocks);
        harness.run(gradient(allOf(time)));
        const once = [dProjected, dInner, dHidden0].map(({ view }) => view.slice());
        for (const steps of halvesOf(time).reverse()) harness.run(gradient(steps), cuts);
        t.strictSame(
          [dProjected, dInner, dHidden0].map(({ view }) => view),
          once,
          "any split of the gradient gives the same bits",
        );

        const direction = { projected: random(projected.view.length, 9), hidden0: random(rows * units, 10), bias: random(3 * units, 11) };
        const at = (h: number): number => {
          const moved = (values: ArrayLike<number> | null, by: Float32Array) => Float64Array.from(by, (d, i) => (values?.[i] ?? 0) + d * h);
          const inputs = {
            ...views,
            projected: moved(views.projected, direction.projected),
            hidden0: moved(views.hidden0, direction.hidden0),
          };
          const y = expectedGru(
            { rows, time, units, ...inputs },
            isResetFirst ? null : moved(bias?.view ?? null, direction.bias),
            isResetFirst,
          );
          return dot(y.hidden, weights.dHidden) + dot(y.gates, weights.dGates);
        };
        const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
        const alongBias = Float64Array.from(dInner.view, (_, i) => direction.bias[i % (3 * units)]!);
        const ofBias = isResetFirst ? 0 : dot(dInner.view, alongBias);
        const found = dot(dProjected.view, direction.projected) + dot(dHidden0.view, direction.hidden0) + ofBias;
        t.ok(Math.abs(found - slope) < 2e-4 * (1 + Math.abs(slope)), `gradient along a direction: ${found}, by steps ${slope}`);
      });
    }
}

/** The state after each step. */
function expectedSimple({ rows, time, units, projected, kernel, hidden0, mask }: Omit<Run, "cell0">): Float64Array {
  const hidden = new Float64Array(rows * time * units);
  for (let n = 0; n < rows; n++)
    for (let t = 0; t < time; t++) {
      const place = n * time + t;
      const before = (u: number) => (t ? hidden[(place - 1) * units + u]! : (hidden0?.[n * units + u] ?? 0));
      for (let q = 0; q < units; q++) {
        let sum = projected[place * units + q]!;
        for (let u = 0; u < units; u++) sum += before(u) * kernel[u * units + q]!;
        hidden[place * units + q] = !mask || mask[place] ? Math.tanh(sum) : before(q);
      }
    }
  return hidden;
}

for (const build of builds) {
  const harness = new Harness(build);
  for (const { rows, time, units } of [...sizes, { rows: 1, time: 4, units: 16 }])
    for (const isPlain of [true, false])
      t.test(`simple_rnn of ${rows} rows, ${time} steps, ${units} units, ${isPlain ? "plain" : "all given"} (${build})`, async (t) => {
        harness.reset();
        const unitRows = 4;
        const blocks = Math.ceil(rows / unitRows);
        const cuts = blocks > 1 ? [1] : [];
        const count = rows * time * units;
        const projected = harness.floats(random(count, 1));
        const kernel = harness.floats(random(units * units, 2));
        const hidden0 = isPlain ? null : harness.floats(random(rows * units, 3));
        const mask = isPlain ? null : harness.bytes(random(rows * time, 5).map((x) => (x > -0.2 ? 1 : 0)));
        const panels = Math.ceil(units / 16);
        const [packed, packedBack] = [harness.floats(panels * 16 * units), harness.floats(panels * 16 * units)];
        const packing = { b: kernel, groups: 1, taps: 1, strideGroup: 0, strideTap: 0, k: units, n: units };
        harness.run(kernels.pack_f32({ ...packing, packed, strideK: units, strideN: 1 }, panels));
        harness.run(kernels.pack_f32({ ...packing, packed: packedBack, strideK: 1, strideN: units }, panels));
        const shape = { rows, time, units, unitRows };
        const views = { projected: projected.view, kernel: kernel.view, hidden0: hidden0?.view ?? null, mask: mask?.view ?? null };
        const reference = expectedSimple({ rows, time, units, ...views });
        // In panels, and for a single row also where the kernel lies.
        for (const inPanels of rows === 1 && units % 8 === 0 ? [true, false] : [true]) {
          const hidden = harness.floats(count);
          const given = inPanels ? { packed, kernel: null } : { packed: null, kernel };
          const run = (steps: ReturnType<typeof allOf>) =>
            kernels.simple_rnn_f32({ projected, ...given, hidden0, mask, hidden, ...shape, ...steps }, blocks);
          harness.run(run(allOf(time)));
          const whole = hidden.view.slice();
          hidden.view.fill(12345);
          for (const steps of halvesOf(time)) harness.run(run(steps), cuts);
          t.strictSame(hidden.view, whole, "any split gives the same bits");
          t.ok(distance(hidden.view, reference) < 5e-6, `${distance(hidden.view, reference)} off`);

          const dHidden = harness.floats(random(count, 6));
          const [dProjected, dHidden0] = [harness.floats(count), harness.floats(rows * units)];
          const inputs = { hidden, mask, packed: packedBack, dHidden };
          const gradient = (steps: ReturnType<typeof allOf>) =>
            kernels.simple_rnn_grad_f32({ ...inputs, dProjected, dHidden0, ...shape, ...steps }, blocks);
          harness.run(gradient(allOf(time)));
          const once = [dProjected.view.slice(), dHidden0.view.slice()];
          for (const steps of halvesOf(time).reverse()) harness.run(gradient(steps), cuts);
          t.strictSame([dProjected.view, dHidden0.view], once, "any split of the gradient gives the same bits");
          const direction = { projected: random(count, 9), hidden0: random(rows * units, 10) };
          const at = (h: number): number => {
            const moved = (name: "projected" | "hidden0") => Float64Array.from(direction[name], (d, i) => (views[name]?.[i] ?? 0) + d * h);
            const y = expectedSimple({ rows, time, units, ...views, projected: moved("projected"), hidden0: moved("hidden0") });
            return dot(y, dHidden.view);
          };
          const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
          const found = dot(dProjected.view, direction.projected) + dot(dHidden0.view, direction.hidden0);
          t.ok(Math.abs(found - slope) < 2e-4 * (1 + Math.abs(slope)), `gradient along a direction: ${found}, by steps ${slope}`);
        }
      });
}
