// WAV files (RIFF): whole numbers of 8, 16, 24 and 32 bits and floats, as floats from −1 to 1.

import { ValueError } from "../core/errors.js";

/** Decoded sound: frame by frame, a sample for each channel. */
export interface Sound {
  readonly samplingRate: number;
  readonly channels: number;
  readonly samples: Float32Array;
}

/** The sound in a WAV file. @throws ValueError for other files and for compressed ones */
export function decodeWav(bytes: Uint8Array, where = "decodeWav"): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (given: string, expected = "a WAV file"): never => {
    throw new ValueError(where, { given, expected });
  };
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE") fail(`${bytes.length} bytes without the signature of WAV`);
  let format: { kind: number; channels: number; samplingRate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === "fmt ") {
      if (size < 16 || body + size > bytes.length) fail("a damaged header");
      const kind = view.getUint16(body, true);
      // The extensible form names the kind further on.
      format = {
        kind: kind === 0xfffe && size >= 26 ? view.getUint16(body + 24, true) : kind,
        channels: view.getUint16(body + 2, true),
        samplingRate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    } else if (tag(at) === "data") {
      if (!format || format.channels === 0) return fail("samples without a header");
      const { kind, channels, samplingRate, bits } = format;
      const read = readers[`${kind}/${bits}`];
      if (!read) return fail(`samples of kind ${kind} with ${bits} bits`, "PCM of 8, 16, 24 or 32 bits, or floats");
      const width = bits / 8;
      const count = Math.floor(Math.min(size, bytes.length - body) / (width * channels)) * channels;
      return { samplingRate, channels, samples: Float32Array.from({ length: count }, (_, i) => read(view, body + i * width)) };
    }
    at = body + size + (size % 2);
  }
  return fail("a file without samples");
}

/** How a sample is read, by kind (1: whole numbers, 3: floats) and bits. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  "1/8": (view, at) => (view.getUint8(at) - 128) / 128,
  "1/16": (view, at) => view.getInt16(at, true) / 2 ** 15,
  "1/24": (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23,
  "1/32": (view, at) => view.getInt32(at, true) / 2 ** 31,
  "3/32": (view, at) => view.getFloat32(at, true),
  "3/64": (view, at) => view.getFloat64(at, true),
};
