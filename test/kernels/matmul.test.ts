// Matrix products against three plain loops in double precision.

import t, { type Test } from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness, random, type Block } from "./harness.js";

interface Product {
  m: number;
  n: number;
  k: number;
  batch?: [number, number, number];
  /** Batch axes along which a (bit 0) or b (bit 1) is repeated. */
  broadcast?: [number, number, number];
  form?: string;
  bias?: boolean;
  relu?: boolean;
  unitM?: number;
  unitN?: number;
  /** b in panels. */
  packed?: boolean;
}

const ones: [number, number, number] = [1, 1, 1];

/** Strides of a and b for a form such as "NT", the letters telling whether a and b lie transposed. */
function stridesOf({ m, n, k, form = "NN", batch = ones, broadcast = [0, 0, 0] }: Product) {
  const [strideAM, strideAK] = form[0] === "N" ? [k, 1] : form[0] === "T" ? [1, m] : [2 * k, 2];
  const [strideBK, strideBN] = form[1] === "N" ? [n, 1] : form[1] === "T" ? [1, k] : [2 * n, 2];
  const along = (bit: number, matrix: number): [number[], number] => {
    const strides = [0, 0, 0];
    let size = matrix;
    for (let axis = 2; axis >= 0; axis--)
      if (!(broadcast[axis]! & bit)) {
        strides[axis] = size;
        size *= batch[axis]!;
      }
    return [strides, size];
  };
  const [batchA, sizeA] = along(1, m * k * (form[0] === "S" ? 4 : 1));
  const [batchB, sizeB] = along(2, n * k * (form[1] === "S" ? 4 : 1));
  return { strideAM, strideAK, strideBK, strideBN, batch, batchA, batchB, sizeA, sizeB };
}

function expected(p: Product, a: ArrayLike<number>, b: ArrayLike<number>, bias: ArrayLike<number> | null) {
  const { strideAM, strideAK, strideBK, strideBN, batch, batchA, batchB } = stridesOf(p);
  const values: number[] = [];
  const bounds: number[] = [];
  for (let x = 0; x < batch[0]; x++)
    for (let y = 0; y < batch[1]; y++)
      for (let z = 0; z < batch[2]; z++)
        for (let i = 0; i < p.m; i++)
          for (let j = 0; j < p.n; j++) {
            let [sum, size] = [bias ? bias[j]! : 0, 1];
            for (let q = 0; q < p.k; q++) {
              const one = a[x * batchA[0]! + y * batchA[1]! + z * batchA[2]! + i * strideAM! + q * strideAK!]!;
              const other = b[x * batchB[0]! + y * batchB[1]! + z * batchB[2]! + q * strideBK! + j * strideBN!]!;
              sum += one * other;
              size += Math.abs(one * other);
            }
            values.push(p.relu && sum < 0 ? 0 : sum);
            bounds.push(size * 1e-6);
          }
  return { values, bounds };
}

const describe = (p: Product) => JSON.stringify(p);

for (const build of builds) {
  const harness = new Harness(build);

  const panels = (p: Product, b: Block) => {
    const { strideBK: strideK, strideBN: strideN } = stridesOf(p) as { strideBK: number; strideBN: number };
    const packed = harness.floats(Math.ceil(p.n / 16) * 16 * p.k);
    harness.run(
      kernels.pack_f32(
        { b, packed, groups: 1, taps: 1, k: p.k, n: p.n, strideGroup: 0, strideTap: 0, strideK, strideN },
        Math.ceil(p.n / 16),
      ),
    );
    return packed;
  };

  const check = (t: Test, p: Product, kernel: "gemm_f32" | "gemv_f32" = "gemm_f32", spoil?: (a: Block, b: Block) => void) => {
    harness.reset();
    const strides = stridesOf(p);
    const a = harness.floats(random(strides.sizeA, 1 + p.m));
    const b = harness.floats(random(strides.sizeB, 2 + p.n));
    spoil?.(a, b);
    const bias = p.bias ? harness.floats(random(p.n, 3)) : null;
    const [x, y, z] = strides.batch;
    const c = harness.floats(x * y * z * p.m * p.n);
    const unitM = p.unitM ?? Math.max(p.m, 1);
    const unitN = p.unitN ?? Math.max(p.n, 1);
    const size = kernel === "gemv_f32" ? Math.ceil(p.n / unitN) : x * y * z * Math.ceil(p.m / unitM) * Math.ceil(p.n / unitN);
    const flags = (p.relu ? 4 : 0) | (p.packed ? 8 : 0);
    const right = p.packed ? panels(p, b) : b;
    const run = (fromK: number, toK: number) =>
      kernels[kernel]({ ...p, ...strides, a, b: right, bias, c, unitM, unitN, fromK, toK, flags }, size);
    const command = run(0, p.k);
    harness.run(command);
    const whole = c.view.slice();
    const blocks = Math.ceil(p.k / 320);
    if (kernel === "gemm_f32" && blocks > 1) {
      const length = Math.ceil(p.k / blocks);
      c.view.fill(54321);
      for (let from = 0; from < p.k; from += length) harness.run(run(from, Math.min(p.k, from + length)));
      t.ok(Buffer.from(whole.buffer).equals(Buffer.from(c.view.slice().buffer)), `${describe(p)}: any runs of k give the same bytes`);
    }
    const { values, bounds } = expected(p, a.view, b.view, bias?.view ?? null);
    const wrong = values.findIndex((value, i) => {
      if (Number.isFinite(value)) return !(Math.abs(whole[i]! - value) <= bounds[i]!);
      return !Object.is(whole[i]!, value);
    });
    if (wrong >= 0) t.fail(`${kernel} ${describe(p)}: [${wrong}] is ${whole[wrong]}, expected ${values[wrong]}`);
    else t.pass(`${kernel} ${describe(p)}`);
    if (size > 1) {
      c.view.fill(54321);
      const cuts = Array.from({ length: Math.min(size, 5) }, (_, i) => (i * 7919 + p.m) % (size + 1));
      harness.run(command, cuts);
      t.ok(Buffer.from(whole.buffer).equals(Buffer.from(c.view.slice().buffer)), `${describe(p)}: any split gives the same bytes`);
    }
  };

  t.test(`${build}: gemm_f32`, async (t) => {
    const lengths = [1, 2, 3, 5, 6, 7, 8, 9, 11, 13, 16, 17, 31, 33];
    let seed = 7;
    const pick = () => lengths[(seed = (seed * 1103515245 + 12345) & 0x7fffffff) % lengths.length]!;
    for (const form of ["NN", "NT", "TN", "TT", "SN", "NS"])
      for (let round = 0; round < 12; round++)
        check(t, { m: pick(), n: pick(), k: pick(), form, bias: round % 3 === 1, relu: round % 4 === 1 });
    check(t, { m: 3, n: 5, k: 0 });
    check(t, { m: 3, n: 21, k: 0, bias: true, relu: true });
    check(t, { m: 0, n: 5, k: 3 });
    for (const form of ["NN", "NT", "TN"]) {
      check(t, { m: 70, n: 50, k: 321, form, bias: true, relu: true, unitM: 24, unitN: 16 });
      check(t, { m: 40, n: 256, k: 1030, form, unitM: 10, unitN: 128 });
      check(t, { m: 256, n: 24, k: 256, form, unitM: 90, unitN: 24 });
      check(t, { m: 19, n: 29, k: 7, form, packed: true, bias: true, relu: true });
      check(t, { m: 70, n: 50, k: 321, form, packed: true, bias: true, unitM: 24, unitN: 16 });
      check(t, { m: 193, n: 530, k: 37, form, packed: true, unitM: 98, unitN: 272 });
    }
  });

  t.test(`${build}: batches and broadcasting`, async (t) => {
    check(t, { m: 3, n: 4, k: 5, batch: [2, 3, 4] });
    check(t, { m: 3, n: 9, k: 5, batch: [2, 3, 4], broadcast: [1, 2, 0], unitM: 2, unitN: 8 });
    check(t, { m: 7, n: 17, k: 2, batch: [1, 3, 2], broadcast: [0, 2, 1], form: "TN" });
  });

  t.test(`${build}: special values reach exactly the outputs they belong to`, async (t) => {
    const spoil = (a: Block, b: Block) => {
      a.view[3] = NaN;
      a.view[20] = Infinity;
      b.view[5] = -Infinity;
      b.view[1] = 1e-42;
      a.view[1] = -0;
    };
    for (const form of ["NN", "NT", "TN"]) check(t, { m: 9, n: 11, k: 7, form, bias: true }, "gemm_f32", spoil);
    for (const form of ["NN", "NT"]) check(t, { m: 4, n: 13, k: 9, form }, "gemv_f32", spoil);
  });

  t.test(`${build}: gemv_f32`, async (t) => {
    for (const form of ["NN", "NT"])
      for (const m of [1, 2, 3, 4])
        for (const [n, k] of [
          [1, 1],
          [10, 64],
          [37, 5],
          [64, 13],
          [75, 130],
        ] as const)
          // prettier-ignore
          check(t, { m, n, k, form, bias: n > 20, relu: k > 10, unitN: 32 }, "gemv_f32");
    check(t, { m: 1, n: 40, k: 0, bias: true }, "gemv_f32");
    check(t, { m: 1, n: 40, k: 0, form: "NT" }, "gemv_f32");
    // Matrices that the second cache does not hold are read in long runs of rows; the first unit is more than one of them.
    for (const [m, form] of [
      [1, "NN"],
      [3, "NN"],
      [4, "TN"],
    ] as const)
      // prettier-ignore
      check(t, { m, n: 2301, k: 239, form, bias: m > 1, relu: m === 4, unitN: 2080 }, "gemv_f32");
  });

  t.test(`${build}: matmul_i32`, async (t) => {
    for (const form of ["NN", "NT", "TN"])
      for (const [m, n, k] of [
        [1, 1, 1],
        [3, 17, 5],
        [4, 40, 33],
        [2, 3, 0],
      ] as const) {
        // prettier-ignore
        harness.reset();
        const p: Product = { m, n, k, form, batch: [1, 2, 3], broadcast: [0, 1, 2] };
        const strides = stridesOf(p);
        const whole = (length: number, seed: number) => Int32Array.from(random(length, seed), (x) => x * 2 ** 31);
        const a = harness.ints(whole(strides.sizeA, 1));
        const b = harness.ints(whole(strides.sizeB, 2));
        const c = harness.ints(6 * m * n);
        harness.run(
          kernels.matmul_i32({ ...p, ...strides, a, b, bias: null, c, unitM: 1, unitN: n, fromK: 0, toK: k, flags: 0 }, 6 * m),
          [1, 2],
        );
        const exact: number[] = [];
        for (let y = 0; y < 2; y++)
          for (let z = 0; z < 3; z++)
            for (let i = 0; i < m; i++)
              for (let j = 0; j < n; j++) {
                let sum = 0;
                for (let q = 0; q < k; q++)
                  sum =
                    (sum +
                      Math.imul(
                        a.view[y * strides.batchA[1]! + z * strides.batchA[2]! + i * strides.strideAM! + q * strides.strideAK!]!,
                        b.view[y * strides.batchB[1]! + z * strides.batchB[2]! + q * strides.strideBK! + j * strides.strideBN!]!,
                      )) |
                    0;
                exact.push(sum);
              }
        t.strictSame([...c.view], exact, describe(p));
      }
  });
}
