// What tf.audio writes: loaded with the first sound.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { ShapeError, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import type { Sound } from "../../formats/wav.js";

/** A sound, [samples, channels], as the bytes of a WAV file. */
export function encodeWav(audio: TensorLike, sampleRate: number | Tensor): Uint8Array {
  const sound = asTensor(audio, "float32");
  const samplingRate = typeof sampleRate === "number" ? sampleRate : asTensor(sampleRate).item();
  const channels = sound.shape[1];
  if (sound.rank !== 2 || !channels || channels > 65535)
    throw new ShapeError("audio.encodeWav", { given: `audio of shape [${sound.shape.join(", ")}]`, expected: "[samples, channels]" });
  if (!(Number.isInteger(samplingRate) && samplingRate > 0 && samplingRate < 2 ** 32))
    throw new ValueError("audio.encodeWav.sampleRate", { given: String(samplingRate), expected: "a whole number above 0" });
  return fileOf({ samplingRate, channels, samples: Float32Array.from(sound.view("audio.encodeWav")) });
}

/** Sound as a WAV file of 16 bits; samples beyond −1 and 1 are cut off. */
function fileOf({ samplingRate, channels, samples }: Sound): Uint8Array {
  const size = samples.length * 2;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string): void => [...text].forEach((char, i) => view.setUint8(at + i, char.charCodeAt(0)));
  ascii(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, samplingRate, true);
  view.setUint32(28, samplingRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, size, true);
  samples.forEach((sample, i) => view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32767))), true));
  return bytes;
}
