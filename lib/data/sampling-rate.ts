// Sound at another rate: the samples that a signal without frequencies above half of the lower rate has in between.

/** Zero crossings of the sinc on each side, at the lower rate. */
const CROSSINGS = 16;
/** The part of the band that passes whole. */
const PASSED = 0.945;
/** Kaiser's β: what lies above the band is weaker by 90 dB. */
const BETA = 9;

const largestDivisor = (a: number, b: number): number => (b === 0 ? a : largestDivisor(b, a % b));

/** The modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

/** The filter between two neighbours, for every place that a new sample has between old ones. */
interface Filter {
  readonly taps: number;
  /** [phases, taps], each phase of sum 1. */
  readonly weights: Float32Array;
}

const filters = new Map<string, Filter>();

function filterOf(from: number, to: number): Filter {
  const key = `${from} ${to}`;
  let filter = filters.get(key);
  if (!filter) {
    if (filters.size >= 8) filters.clear();
    filters.set(key, (filter = makeFilter(from, to)));
  }
  return filter;
}

function makeFilter(from: number, to: number): Filter {
  const cutoff = Math.min(1, to / from) * PASSED;
  const radius = CROSSINGS / Math.min(1, to / from);
  const taps = 2 * Math.ceil(radius);
  const weights = new Float32Array(to * taps);
  for (let phase = 0; phase < to; phase++) {
    const row = Float64Array.from({ length: taps }, (_, k) => {
      const distance = k - taps / 2 + 1 - phase / to;
      const inside = 1 - (distance / radius) ** 2;
      if (inside <= 0) return 0;
      const x = Math.PI * cutoff * distance;
      return (x === 0 ? 1 : Math.sin(x) / x) * bessel(BETA * Math.sqrt(inside));
    });
    const sum = row.reduce((a, b) => a + b);
    row.forEach((weight, k) => (weights[phase * taps + k] = weight / sum));
  }
  return { taps, weights };
}

/**
 * Frames of samples at another rate: ⌊frames · to / from⌋ of them, the first one at the same time. Around the sound there is silence.
 *
 * @param samples   [frames, channels], row by row
 * @param from, to  samples a second
 */
export function resampled(samples: Float32Array, channels: number, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = largestDivisor(from, to);
  const [down, up] = [from / divisor, to / divisor];
  const { taps, weights } = filterOf(down, up);
  const frames = samples.length / channels;
  const made = new Float32Array(Math.floor((frames * up) / down) * channels);
  for (let frame = 0; frame * channels < made.length; frame++) {
    const place = frame * down;
    const phase = (place % up) * taps;
    const first = Math.floor(place / up) - taps / 2 + 1;
    const [begin, end] = [Math.max(0, -first), Math.min(taps, frames - first)];
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let k = begin; k < end; k++) sum += weights[phase + k]! * samples[(first + k) * channels + channel]!;
      made[frame * channels + channel] = sum;
    }
  }
  return made;
}
