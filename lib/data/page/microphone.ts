// What a microphone hears, as spectrograms and waveforms: tf.data.microphone.

import { StateError, ValueError } from "../../core/errors.js";
import { adoptTensor, type Tensor } from "../../core/tensor.js";
import { nullable, boolean, field, fraction, invalid, positiveInteger, schema, withDefault, type Options } from "../../config/index.js";
import { mediaStream } from "./stream.js";

const options = schema([], {
  /** Samples in a second; default: the device's. */
  sampleRateHz: nullable(positiveInteger()),
  /** Samples of a frame: a power of two from 32 to 32768. */
  fftSize: withDefault(
    field<number>({
      expected: "a power of two from 32 to 32768",
      parse: (value) => ([...Array(11).keys()].some((i) => value === 32 << i) ? (value as number) : invalid),
    }),
    1024,
  ),
  /** Frequencies of a frame that are kept, the lowest ones; default: half of `fftSize`, which is all. */
  columnTruncateLength: nullable(positiveInteger()),
  numFramesPerSpectrogram: positiveInteger(43),
  /** What the browser shall do with what it hears: `{ echoCancellation, noiseSuppression … }`. */
  audioTrackConstraints: nullable(
    field<object>({
      expected: "an object",
      takesObjects: true,
      parse: (value) => (typeof value === "object" && value !== null ? value : invalid),
    }),
  ),
  /** How much of the last frame stays in the next one. */
  smoothingTimeConstant: fraction(0),
  includeSpectrogram: boolean(true),
  includeWaveform: boolean(false),
});

/** What `tf.data.microphone` takes. */
export type MicrophoneOptions = Options<typeof options>;

/** What was heard: decibels `[frames, frequencies, 1]`, samples from −1 to 1 `[frames · fftSize, 1]`. */
export interface Heard {
  readonly spectrogram?: Tensor;
  readonly waveform?: Tensor;
}

/** A microphone that is on: `capture` listens for the frames of one spectrogram, and a loop over it goes on and on. */
export class MicrophoneIterator implements AsyncIterable<Heard> {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #frames: number;
  readonly #columns: number;
  readonly #included: readonly [spectrogram: boolean, waveform: boolean];
  #stream: MediaStream | null;

  private constructor(stream: MediaStream, context: AudioContext, values: ReturnType<typeof options.parse>) {
    [this.#stream, this.#context] = [stream, context];
    this.#analyser = new AnalyserNode(context, { fftSize: values.fftSize, smoothingTimeConstant: values.smoothingTimeConstant });
    context.createMediaStreamSource(stream).connect(this.#analyser);
    this.#frames = values.numFramesPerSpectrogram;
    this.#columns = values.columnTruncateLength ?? this.#analyser.frequencyBinCount;
    this.#included = [values.includeSpectrogram, values.includeWaveform];
  }

  /** Turns a microphone on. @throws NotSupportedError where there is none, StateError where the page may not use it */
  static async open(given: MicrophoneOptions): Promise<MicrophoneIterator> {
    const where = "data.microphone";
    const values = options.parse(where, [given]);
    const { sampleRateHz, fftSize, columnTruncateLength, includeSpectrogram, includeWaveform } = values;
    if (!includeSpectrogram && !includeWaveform)
      throw new ValueError(`${where}.includeSpectrogram`, { given: "neither spectrogram nor waveform", expected: "one of them" });
    if (columnTruncateLength !== null && columnTruncateLength > fftSize / 2)
      throw new ValueError(`${where}.columnTruncateLength`, {
        given: String(columnTruncateLength),
        expected: `at most ${fftSize / 2}, half of fftSize`,
      });
    const stream = await mediaStream(where, { audio: values.audioTrackConstraints ?? true, video: false });
    const context = new AudioContext(sampleRateHz === null ? {} : { sampleRate: sampleRateHz });
    await context.resume();
    return new MicrophoneIterator(stream, context, values);
  }

  /** Samples in a second. */
  get sampleRate(): number {
    return this.#context.sampleRate;
  }

  /** Listens for as long as the frames take. @throws StateError after `stop` */
  async capture(): Promise<Heard> {
    const analyser = this.#analyser;
    const frequencies = new Float32Array(analyser.frequencyBinCount);
    const samples = new Float32Array(analyser.fftSize);
    const [hasSpectrogram, hasWaveform] = this.#included;
    const spectrogram = new Float32Array(hasSpectrogram ? this.#frames * this.#columns : 0);
    const waveform = new Float32Array(hasWaveform ? this.#frames * samples.length : 0);
    const begin = this.#context.currentTime;
    for (let frame = 0; frame < this.#frames; frame++) {
      await this.#until(begin + ((frame + 1) * samples.length) / this.#context.sampleRate);
      if (hasSpectrogram) {
        analyser.getFloatFrequencyData(frequencies);
        spectrogram.set(frequencies.subarray(0, this.#columns), frame * this.#columns);
      }
      if (hasWaveform) {
        analyser.getFloatTimeDomainData(samples);
        waveform.set(samples, frame * samples.length);
      }
    }
    return {
      ...(hasSpectrogram && { spectrogram: adoptTensor(spectrogram, [this.#frames, this.#columns, 1], "float32") }),
      ...(hasWaveform && { waveform: adoptTensor(waveform, [waveform.length, 1], "float32") }),
    };
  }

  /** Waits for a moment of what is heard, whose clock is the device's. */
  async #until(time: number): Promise<void> {
    do {
      if (!this.#stream)
        throw new StateError("data.microphone.capture", { given: "a microphone that was stopped", expected: "one that is on" });
      const left = (time - this.#context.currentTime) * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, left)));
    } while (this.#context.currentTime < time);
  }

  /** Turns the microphone off. */
  stop(): void {
    if (!this.#stream) return;
    this.#stream.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    void this.#context.close();
  }

  /** What is heard until it is stopped; a loop that ends before stops it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Heard> {
    try {
      while (this.#stream) yield await this.capture();
    } finally {
      this.stop();
    }
  }
}
