// tf.audio: sounds in files.

import { constant, type TensorLike } from "../../core/convert.js";
import { ArgumentError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import type { Tensor } from "../../core/tensor.js";
import { decodeWav as decodeSound } from "../../formats/wav.js";

/**
 * The sound in a WAV file: [samples, channels] from −1 to 1, and its sampling rate.
 *
 * @param desiredChannels  −1: those of the file; missing ones repeat the first, others are left out
 * @param desiredSamples   −1: those of the file; missing ones are 0
 */
export const decodeWav = declare(
  "tf.audio.decodeWav(contents:any, desiredChannels:int=-1, desiredSamples:int=-1, name:string=null)",
  (contents: Uint8Array, desiredChannels: number, desiredSamples: number, _: string | null): [audio: Tensor, sampleRate: Tensor] => {
    if (!(contents instanceof Uint8Array))
      throw new ArgumentError("audio.decodeWav", { given: text(contents), expected: "the bytes of a file, a Uint8Array" });
    const { channels, samples, samplingRate } = decodeSound(contents, "audio.decodeWav");
    const present = samples.length / channels;
    const [count, width] = [desiredSamples < 0 ? present : desiredSamples, desiredChannels < 0 ? channels : desiredChannels];
    const made = Float32Array.from({ length: count * width }, (__, i) => {
      const [at, channel] = [Math.floor(i / width), i % width];
      return at < present ? samples[at * channels + (channel < channels ? channel : 0)]! : 0;
    });
    return [constant(made, { shape: [count, width] }), constant(samplingRate, { dtype: "int32" })];
  },
);

/**
 * A sound, [samples, channels] from −1 to 1, as the bytes of a WAV file of 16 bits.
 *
 * ```ts
 * (await tf.audio.encodeWav([[0], [0.5]], 8000)).length; // 48
 * ```
 *
 * @param sampleRate  samples a second
 * @throws ShapeError for other shapes, ValueError for what is no rate
 */
export const encodeWav = declare(
  "tf.audio.encodeWav(*audio, sampleRate:any, name:string=null)",
  async (audio: TensorLike, sampleRate: number | Tensor, _: string | null): Promise<Uint8Array> =>
    (await import("./sounds.js")).encodeWav(audio, sampleRate),
);
