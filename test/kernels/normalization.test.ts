// Softmax, cross-entropy and normalization kernels against the formulas in float64.

import t, { type Test as TapTest } from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness, distance } from "./harness.js";
import { generator } from "./reference.js";

const widths = [1, 2, 3, 4, 5, 7, 8, 10, 31, 1030];
const rows = 3;

/** A matrix of numbers between −3 and 5. */
function matrix(columns: number, seed: number, height = rows): Float32Array {
  const next = generator(seed);
  return Float32Array.from({ length: height * columns }, () => next() * 8 - 3);
}
const rowOf = (x: ArrayLike<number>, columns: number, r: number) => Array.from({ length: columns }, (_, c) => x[r * columns + c]!);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const softmax = (row: readonly number[]) => {
  const most = Math.max(...row);
  const e = row.map((x) => Math.exp(x - most));
  return e.map((x) => x / sum(e));
};
const logSumExp = (row: readonly number[]) => {
  const most = Math.max(...row);
  return most + Math.log(sum(row.map((x) => Math.exp(x - most))));
};

for (const build of builds) {
  const harness = new Harness(build);
  const close = (t: TapTest, found: ArrayLike<number>, expected: ArrayLike<number>, most: number, name: string) =>
    t.ok(distance(found, expected) < most, `${name}: ${distance(found, expected)} off`);

  for (const columns of widths) {
    t.test(`softmax and its relatives of rows of ${columns} (${build})`, async (t) => {
      harness.reset();
      const x = harness.floats(matrix(columns, 1));
      const dy = harness.floats(matrix(columns, 2));
      const all = (each: (row: number[], r: number) => number[]) =>
        Array.from({ length: rows }, (_, r) => each(rowOf(x.view, columns, r), r)).flat();

      const y = harness.floats(rows * columns);
      harness.run(kernels.softmax_f32({ x, y, columns }, rows), [1]);
      close(t, y.view, all(softmax), 1e-6, "softmax");

      const dx = harness.floats(rows * columns);
      harness.run(kernels.softmax_grad_f32({ y, dy, dx, columns }, rows), [1]);
      const slope = (row: number[], r: number) => {
        const [p, d] = [softmax(row), rowOf(dy.view, columns, r)];
        const dot = sum(p.map((each, c) => each * d[c]!));
        return p.map((each, c) => each * (d[c]! - dot));
      };
      close(t, dx.view, all(slope), 5e-6, "its gradient");

      const logs = harness.floats(rows * columns);
      harness.run(kernels.log_softmax_f32({ x, y: logs, columns }, rows), [2]);
      close(t, logs.view, all((row) => row.map((each) => each - logSumExp(row))), 3e-6, "log-softmax"); // prettier-ignore

      const labels = harness.ints([0, columns - 1, columns]);
      const loss = harness.floats(rows);
      harness.run(kernels.sparse_cross_entropy_f32({ logits: x, labels, y: loss, columns, site: 0, axis: 0 }, rows), [1]);
      const losses = labels.view.map((label) => label);
      const expected = Array.from(losses, (label, r) => {
        const row = rowOf(x.view, columns, r);
        return label < columns ? logSumExp(row) - row[label]! : NaN;
      });
      close(t, loss.view.subarray(0, 2), expected.slice(0, 2), 3e-6, "sparse cross-entropy");
      t.ok(Number.isNaN(loss.view[2]), "a label that names no class makes the loss NaN");

      const upstream = harness.floats([0.5, -2, 1]);
      harness.run(kernels.sparse_cross_entropy_grad_f32({ logits: x, labels, dy: upstream, dx, columns, site: 0, axis: 0 }, rows), [2]);
      const sparse = all((row, r) => softmax(row).map((p, c) => (p - Number(c === labels.view[r])) * upstream.view[r]!));
      close(t, dx.view.subarray(0, 2 * columns), sparse.slice(0, 2 * columns), 2e-6, "its gradient");

      const weights = harness.floats(matrix(columns, 3).map(Math.abs));
      harness.run(kernels.cross_entropy_f32({ logits: x, labels: weights, y: loss, columns, site: 0, axis: 0 }, rows), [1]);
      const dense = Array.from({ length: rows }, (_, r) => {
        const row = rowOf(x.view, columns, r);
        return sum(rowOf(weights.view, columns, r).map((w, c) => w * (logSumExp(row) - row[c]!)));
      });
      loss.view.forEach((value, r) => t.ok(Math.abs(value / dense[r]! - 1) < 1e-5 || Math.abs(value - dense[r]!) < 1e-5, "cross-entropy"));
    });

    t.test(`layer and RMS normalization of rows of ${columns} (${build})`, async (t) => {
      for (const [centered, hasFactors] of [
        [0, false],
        [1, false],
        [0, true],
        [1, true],
      ] as const) {
        harness.reset();
        const epsilon = 1e-3;
        const x = harness.floats(matrix(columns, 4));
        const dy = harness.floats(matrix(columns, 5));
        const gamma = hasFactors ? harness.floats(matrix(columns, 8, 1)) : null;
        const beta = hasFactors ? harness.floats(matrix(columns, 9, 1)) : null;
        const [y, dx] = [harness.floats(rows * columns), harness.floats(rows * columns)];
        harness.run(kernels.normalize_rows_f32({ x, y, gamma, beta, columns, centered, epsilon }, rows), [1]);
        const [block, blocks] = [2, Math.ceil(rows / 2)];
        const [dots, sums] = hasFactors ? [harness.floats(blocks * columns), harness.floats(blocks * columns)] : [null, null];
        harness.run(
          kernels.normalize_rows_grad_f32({ x, dy, dx, gamma, dots, sums, rows, columns, block, centered, epsilon }, blocks),
          [1],
        );
        const [dgamma, dbeta] = [new Float64Array(columns), new Float64Array(columns)];
        for (let r = 0; r < rows; r++) {
          const row = rowOf(x.view, columns, r);
          const centre = centered ? sum(row) / columns : 0;
          const scale = 1 / Math.sqrt(sum(row.map((each) => (each - centre) ** 2)) / columns + epsilon);
          const n = row.map((each) => (each - centre) * scale);
          const affine = n.map((each, c) => each * (gamma?.view[c] ?? 1) + (beta?.view[c] ?? 0));
          close(t, y.view.subarray(r * columns, (r + 1) * columns), affine, hasFactors ? 1e-4 : 2e-5, "output");
          const d = rowOf(dy.view, columns, r).map((each, c) => each * (gamma?.view[c] ?? 1));
          const base = centered ? sum(d) / columns : 0;
          const dot = sum(d.map((each, c) => each * n[c]!)) / columns;
          const slope = d.map((each, c) => (each - base - n[c]! * dot) * scale);
          const size = Math.max(1, scale) * (hasFactors ? 5 : 1);
          close(t, dx.view.subarray(r * columns, (r + 1) * columns), slope, 3e-5 * size, "gradient");
          rowOf(dy.view, columns, r).forEach((each, c) => {
            dgamma[c]! += each * n[c]!;
            dbeta[c]! += each;
          });
        }
        if (!dots || !sums) continue;
        const overBlocks = (parts: Float32Array) =>
          Float32Array.from({ length: columns }, (_, c) => sum(Array.from({ length: blocks }, (_, b) => parts[b * columns + c]!)));
        close(t, overBlocks(dots.view), [...dgamma], 1e-4, "gradient of gamma");
        close(t, overBlocks(sums.view), [...dbeta], 1e-5, "gradient of beta");
      }
    });
  }

  for (const channels of [1, 3, 4, 10, 64, 65, 70, 1029]) {
    t.test(`batch normalization of ${channels} channels, moments joined over blocks (${build})`, async (t) => {
      harness.reset();
      const [height, block, epsilon] = [37, 8, 1e-3];
      const blocks = Math.ceil(height / block);
      const shifted = matrix(channels, 6, height).map((x) => x + 100); // a large mean must not swallow the variance
      const x = harness.floats(shifted);
      const dy = harness.floats(matrix(channels, 7, height));
      const floats = (n: number) => harness.floats(n);
      const [blockMeans, blockSquares, mean, variance] = [
        floats(blocks * channels),
        floats(blocks * channels),
        floats(channels),
        floats(channels),
      ];
      const units = blocks * Math.ceil(channels / 64);
      harness.run(kernels.block_moments_f32({ x, mean: blockMeans, squares: blockSquares, rows: height, channels, block }, units), [2]);
      harness.run(kernels.join_moments_f32({ blockMeans, blockSquares, mean, variance, rows: height, channels, block }, channels), [1, 5]);
      const column = (values: ArrayLike<number>, c: number) => Array.from({ length: height }, (_, r) => values[r * channels + c]!);
      const scale = harness.floats(matrix(channels, 8, 1));
      const offset = harness.floats(matrix(channels, 9, 1));
      const y = floats(height * channels);
      harness.run(kernels.normalize_f32({ x, mean, variance, scale, offset, y, channels, epsilon, floor: -Infinity }, height), [3, 20]);
      const [partSums, partDots] = [floats(blocks * channels), floats(blocks * channels)];
      harness.run(
        kernels.normalize_sums_f32(
          { x, dy, mean, variance, sums: partSums, dots: partDots, rows: height, channels, block, epsilon },
          units,
        ),
        [1],
      );
      const total = (parts: Float32Array) =>
        Float32Array.from({ length: channels }, (_, c) => sum(Array.from({ length: blocks }, (_, b) => parts[b * channels + c]!)));
      const [sums, dots] = [harness.floats(total(partSums.view)), harness.floats(total(partDots.view))];
      const dx = floats(height * channels);
      harness.run(
        kernels.normalize_grad_f32({ x, dy, mean, variance, scale, sums, dots, dx, rows: height, channels, epsilon }, height),
        [9],
      );
      for (let c = 0; c < channels; c++) {
        const [values, d] = [column(x.view, c), column(dy.view, c)];
        const centre = sum(values) / height;
        const spread = sum(values.map((each) => (each - centre) ** 2)) / height;
        t.ok(Math.abs(mean.view[c]! - centre) < 2e-5 && Math.abs(variance.view[c]! / spread - 1) < 1e-4, `moments of channel ${c}`);
        const inverse = 1 / Math.sqrt(spread + epsilon);
        const n = values.map((each) => (each - centre) * inverse);
        close(t, column(y.view, c), n.map((each) => each * scale.view[c]! + offset.view[c]!), 3e-4, "output"); // prettier-ignore
        const dot = sum(d.map((each, r) => each * n[r]!));
        t.ok(Math.abs(sums.view[c]! - sum(d)) < 1e-4 && Math.abs(dots.view[c]! - dot) < 1e-3, `sums of channel ${c}`);
        const slope = d.map((each, r) => scale.view[c]! * inverse * (each - sum(d) / height - (n[r]! * dot) / height));
        close(t, column(dx.view, c), slope, 3e-4, "gradient");
      }
    });
  }
}
