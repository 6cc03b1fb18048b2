// Quantiles of a stream in flat memory: a summary of weighted values that is merged and compressed, the way Keras does it.

/** Values in ascending order, and how many each stands for. */
export interface Summary {
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

export const emptySummary: Summary = { values: new Float32Array(0), weights: new Float32Array(0) };

/** A summary of about 1 / epsilon of the values. */
export function summarize(values: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(values).sort();
  const step = Math.max(sorted.length * epsilon, 1);
  const stride = Math.floor(step);
  const picked: number[] = [];
  for (let i = Math.floor(step - 1); i < sorted.length; i += stride) picked.push(sorted[i]!);
  return { values: Float32Array.from(picked), weights: new Float32Array(picked.length).fill(step) };
}

/** The summary of both. */
export function mergeSummaries(a: Summary, b: Summary, epsilon: number): Summary {
  const values = [...a.values, ...b.values];
  const weights = [...a.weights, ...b.weights];
  const order = values.map((_, i) => i).sort((p, q) => values[p]! - values[q]! || p - q);
  return compress({ values: Float32Array.from(order, (i) => values[i]!), weights: Float32Array.from(order, (i) => weights[i]!) }, epsilon);
}

/** The edges between bins that hold equally many values. */
export const binBoundaries = (summary: Summary, bins: number): number[] => [...compress(summary, 1 / bins).values].slice(0, -1);

function compress(summary: Summary, epsilon: number): Summary {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return summary;
  const cumulated = new Float32Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => (cumulated[i] = sum = Math.fround(sum + weight)));
  const shares = cumulated.map((each) => Math.fround(each / sum));
  const count = Math.ceil(1 / epsilon);
  const percents = Array.from({ length: count }, (_, i) => epsilon + i * epsilon);
  const newValues = percents.map((share) => interpolated(share, shares, values));
  const newCumulated = percents.map((share) => interpolated(share, shares, cumulated));
  return {
    values: Float32Array.from(newValues),
    weights: Float32Array.from(newCumulated, (each, i) => each - (i === 0 ? 0 : newCumulated[i - 1]!)),
  };
}

/** The value at x of the broken line through the points; its ends go on level. */
function interpolated(x: number, xs: ArrayLike<number>, ys: ArrayLike<number>): number {
  const last = xs.length - 1;
  if (x >= xs[last]!) return ys[last]!;
  let above = 0;
  while (xs[above]! <= x) above++;
  if (above === 0) return ys[0]!;
  const slope = (ys[above]! - ys[above - 1]!) / (xs[above]! - xs[above - 1]!);
  return slope * (x - xs[above - 1]!) + ys[above - 1]!;
}
