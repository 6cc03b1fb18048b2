// Pictures of another size, in bytes, with the filters and the roundings of Pillow (Image.resize).

/** A filter: how far it reaches, and its weight at a distance. */
interface Filter {
  readonly support: number;
  weight(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const filters = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : x === 0 ? 1 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI))),
  },
  // Keys's cubic with a = −1/2.
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Readonly<Record<string, Filter>>;

export type ResampleFilter = keyof typeof filters;

/** Pixels row by row, channel by channel. */
interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** A part of a picture. What is around it counts where a filter reaches over its edge. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Weights are whole numbers of 2⁻²² parts. */
const BITS = 22;

/** Where the inputs of a place of the output begin, and their weights. */
interface Weights {
  readonly from: number;
  readonly weights: Int32Array;
}

/** For each place of the output where its inputs begin, and their weights. */
function weightsOf(filter: Filter, length: number, begin: number, part: number, out: number): Weights[] {
  const scale = part / out;
  const widened = Math.max(scale, 1);
  const support = filter.support * widened;
  return Array.from({ length: out }, (_, at) => {
    const center = begin + (at + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(length, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: to - from }, (_, i) => filter.weight((i + from - center + 0.5) / widened));
    const sum = weights.reduce((total, each) => total + each, 0);
    const fixed = weights.map((each) => {
      const scaled = (sum === 0 ? each : each / sum) * 2 ** BITS;
      return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    });
    return { from, weights: Int32Array.from(fixed) };
  });
}

/** Lines of elements that lie `step` apart, made longer or shorter; lines begin `line` apart before and `outLine` after. */
interface Lines {
  readonly count: number;
  readonly begin: number;
  readonly step: number;
  readonly line: number;
  readonly outLine: number;
}

function along(given: Uint8Array, out: Uint8Array, { count, begin, step, line, outLine }: Lines, places: readonly Weights[]): void {
  for (let i = 0; i < count; i++) {
    places.forEach(({ from, weights }, at) => {
      let sum = 2 ** (BITS - 1);
      let place = begin + i * line + from * step;
      for (let k = 0; k < weights.length; k++, place += step) sum += given[place]! * weights[k]!;
      const value = Math.floor(sum / 2 ** BITS);
      out[begin + i * outLine + at * step] = value < 0 ? 0 : value > 255 ? 255 : value;
    });
  }
}

/** A picture of another size, first along its width, then along its height, each rounded to bytes. */
export function resample(picture: Bytes, box: Box, [height, width]: readonly [number, number], kind: ResampleFilter): Uint8Array {
  const { channels } = picture;
  let data = channels === 4 ? weighed(picture.data) : picture.data;
  const row = width * channels;
  if (width !== picture.width || box.width !== width) {
    const wide = new Uint8Array(row * picture.height);
    const places = weightsOf(filters[kind], picture.width, box.left, box.width, width);
    for (let begin = 0; begin < channels; begin++)
      along(data, wide, { count: picture.height, begin, step: channels, line: picture.width * channels, outLine: row }, places);
    data = wide;
  }
  if (height !== picture.height || box.height !== height) {
    const high = new Uint8Array(row * height);
    const places = weightsOf(filters[kind], picture.height, box.top, box.height, height);
    along(data, high, { count: row, begin: 0, step: row, line: 1, outLine: 1 }, places);
    data = high;
  }
  return channels === 4 ? unweighed(data) : data;
}

/** Colours times how opaque they are, so that what is not seen does not shine through. */
function weighed(data: Uint8Array): Uint8Array {
  return data.map((value, i) => {
    if (i % 4 === 3) return value;
    const product = value * data[i - (i % 4) + 3]! + 128;
    return ((product >> 8) + product) >> 8;
  });
}

function unweighed(data: Uint8Array): Uint8Array {
  return data.map((value, i) => {
    const alpha = data[i - (i % 4) + 3]!;
    return i % 4 === 3 || alpha === 0 || alpha === 255 ? value : Math.min(255, Math.floor((255 * value) / alpha));
  });
}
