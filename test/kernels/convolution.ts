// Geometries of convolutions and their meaning in plain loops: what the tests of the convolution kernels share.

export interface Geometry {
  batch: number;
  in: number[];
  out: number[];
  kernel: number[];
  stride: number[];
  offset: number[];
  dilation: number[];
  upsample: number[];
  channels: number;
  outChannels: number;
  groups: number;
}

export const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** A forward convolution with the given padding (before, after) of each axis. */
export function forward(
  batch: number,
  size: number[],
  channels: number,
  outChannels: number,
  kernel: number[],
  { stride = [1, 1, 1], dilation = [1, 1, 1], pad = [[0, 0], [0, 0], [0, 0]], groups = 1 } = {}, // prettier-ignore
): Geometry {
  const out = size.map((n, i) => Math.floor((n + pad[i]![0]! + pad[i]![1]! - dilation[i]! * (kernel[i]! - 1) - 1) / stride[i]!) + 1);
  return {
    batch,
    in: size,
    out,
    kernel,
    stride,
    dilation,
    offset: pad.map(([before]) => -before!),
    upsample: [1, 1, 1],
    channels,
    outChannels,
    groups, // prettier-ignore
  };
}

/** The geometry of the gradient of a forward convolution with respect to its input: x is dy, y is dx. */
export function backward(g: Geometry): Geometry {
  return {
    ...g,
    in: g.out,
    out: g.in,
    stride: [1, 1, 1],
    offset: g.offset.map((o) => -o),
    dilation: g.dilation.map((d) => -d),
    upsample: g.stride,
    channels: g.outChannels,
    outChannels: g.channels,
  };
}

/** Calls back for every pair of an output pixel and an input pixel that a tap joins. */
export function forEachMeeting(g: Geometry, visit: (outputPixel: number, inputPixel: number, tap: number) => void): void {
  const index = (axis: number, o: number, k: number) => {
    const p = o * g.stride[axis]! + g.offset[axis]! + k * g.dilation[axis]!;
    return p % g.upsample[axis]! === 0 && p >= 0 && p / g.upsample[axis]! < g.in[axis]! ? p / g.upsample[axis]! : -1;
  };
  let pixel = 0;
  for (let b = 0; b < g.batch; b++)
    for (let o0 = 0; o0 < g.out[0]!; o0++)
      for (let o1 = 0; o1 < g.out[1]!; o1++)
        for (let o2 = 0; o2 < g.out[2]!; o2++, pixel++) {
          let tap = 0;
          for (let k0 = 0; k0 < g.kernel[0]!; k0++)
            for (let k1 = 0; k1 < g.kernel[1]!; k1++)
              for (let k2 = 0; k2 < g.kernel[2]!; k2++, tap++) {
                const [i0, i1, i2] = [index(0, o0, k0), index(1, o1, k1), index(2, o2, k2)];
                if (i0 >= 0 && i1 >= 0 && i2 >= 0) visit(pixel, ((b * g.in[0]! + i0) * g.in[1]! + i1) * g.in[2]! + i2, tap);
              }
        }
}
