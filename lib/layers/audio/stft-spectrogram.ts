// The layer STFTSpectrogram: spectra of sounds by a convolution that can be trained.

import { boolean, dataFormat, list, number, nullable, oneOf, positiveInteger, registerClasses, either } from "../../config/index.js";
import { epsilon } from "../../config/settings.js";
import { ArgumentError, DtypeError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { STFT } from "../../initializers/index.js";
import { windowNames } from "../../initializers/window.js";
import {
  add,
  arctan2,
  cast,
  concatenate,
  conv,
  expandDims,
  log,
  maximum,
  moveaxis,
  multiply,
  sqrt,
  square,
  squeeze,
  transpose,
} from "../../ops/index.js";
import { mergeAxes, splitAxis } from "../../ops/shaping/reshape.js";
import type { Variable } from "../../variables/variable.js";
import { InputSpec } from "../base/input-spec.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";

const window = nullable(either(oneOf(windowNames), list(number())), "hann");

/**
 * The spectra of overlapping frames of sounds `[batch, time, channels]`, as a convolution whose kernel can be trained.
 *
 * `mode`: "log" (default), "magnitude", "psd", "real", "imag", "angle" or "stft" (real parts, then imaginary ones). The output is
 * `[batch, frames, channels · bins]`, or with `expandDims` `[batch, frames, bins, channels]`. Weights: real and imaginary kernels
 * `[frameLength, 1, bins]`, each where the mode needs it. Keras: keras.layers.STFTSpectrogram
 *
 * ```ts
 * new keras.layers.STFTSpectrogram({ frameLength: 16, frameStep: 8, fftLength: 16 })(tf.ones([1, 64, 1])).shape; // [1, 7, 9]
 * ```
 */
export class STFTSpectrogram extends Layer<typeof STFTSpectrogram.options> {
  static override readonly options = layerOptions.extend(["mode", "frameLength", "frameStep", "fftLength", "window"], {
    mode: oneOf(["log", "magnitude", "psd", "real", "imag", "angle", "stft"], "log"),
    frameLength: positiveInteger(256),
    frameStep: nullable(positiveInteger()),
    fftLength: nullable(positiveInteger()),
    window,
    periodic: boolean(false),
    scaling: nullable(oneOf(["density", "spectrum"]), "density"),
    padding: oneOf(["valid", "same"], "valid"),
    dataFormat: dataFormat(),
    expandDims: boolean(false),
  });

  declare realKernel?: Variable;
  declare imagKernel?: Variable;
  override inputSpec = new InputSpec({ ndim: 3 });

  constructor(...given: ConstructorParameters<typeof Layer<typeof STFTSpectrogram.options>>) {
    super(...given);
    const { frameLength, frameStep, fftLength } = this.options;
    if (frameStep !== null && frameStep > frameLength) {
      throw new ArgumentError(`${this.name}.frameStep`, { given: String(frameStep), expected: `at most frameLength (${frameLength})` });
    }
    if (fftLength !== null && fftLength < frameLength) {
      throw new ArgumentError(`${this.name}.fftLength`, { given: String(fftLength), expected: `at least frameLength (${frameLength})` });
    }
  }

  get #step(): number {
    return this.options.frameStep ?? Math.floor(this.options.frameLength / 2);
  }

  get #bins(): number {
    const { fftLength, frameLength } = this.options;
    return Math.floor((fftLength ?? 2 ** Math.ceil(Math.log2(frameLength))) / 2) + 1;
  }

  override build(): void {
    const { mode, frameLength, window, scaling, periodic } = this.options;
    const kernel = (side: "real" | "imag"): Variable =>
      this.addWeight({
        name: `${side}_kernel`,
        shape: [frameLength, 1, this.#bins],
        initializer: new STFT({ side, window: window as never, scaling, periodic }),
      });
    if (mode !== "imag") this.realKernel = kernel("real");
    if (mode !== "real") this.imagKernel = kernel("imag");
  }

  /** `[batch, channels, frames, bins]`. */
  #transformed(x: Tensor, kernel: Variable): Tensor {
    const planes = this.options.dataFormat === "channels_last" ? moveaxis(x, 2, 1) : x;
    const [batch, channels] = planes.shape as Shape;
    const signals = expandDims(channels === 1 ? squeeze(planes, 1) : mergeAxes(planes, 0, 2), -1);
    const frames = conv(signals, cast(kernel, x.dtype), {
      strides: this.#step,
      padding: this.options.padding,
      dataFormat: "channels_last",
    });
    return channels === 1 ? expandDims(frames, 1) : splitAxis(frames, 0, [batch!, channels!]);
  }

  #arranged(y: Tensor): Tensor {
    const { dataFormat, expandDims } = this.options;
    if (dataFormat === "channels_last") return expandDims ? transpose(y, [0, 2, 3, 1]) : mergeAxes(transpose(y, [0, 2, 1, 3]), 2, 2);
    return expandDims ? y : mergeAxes(transpose(y, [0, 1, 3, 2]), 1, 2);
  }

  override call(x: Tensor): Tensor {
    const { mode } = this.options;
    if (x.dtype !== "float32" && x.dtype !== "float16") throw new DtypeError(this.name, { given: x.dtype, expected: "float16 or float32" });
    const real = this.realKernel && this.#transformed(x, this.realKernel);
    const imaginary = this.imagKernel && this.#transformed(x, this.imagKernel);
    if (mode === "real") return this.#arranged(real!);
    if (mode === "imag") return this.#arranged(imaginary!);
    if (mode === "angle") return this.#arranged(arctan2(imaginary!, real!));
    if (mode === "stft") return this.#arranged(concatenate([real!, imaginary!], -1));
    const power = add(square(real!), square(imaginary!));
    if (mode === "psd") {
      // Bins that stand for two frequencies count twice.
      const twice = Float32Array.from({ length: this.#bins }, (_, bin) => (bin === 0 || bin === this.#bins - 1 ? 1 : 2));
      return this.#arranged(multiply(power, cast(twice, power.dtype)));
    }
    const magnitude = this.#arranged(sqrt(maximum(power, epsilon())));
    return mode === "magnitude" ? magnitude : log(maximum(magnitude, epsilon()));
  }
}

export interface STFTSpectrogram extends LayerAttributes<typeof STFTSpectrogram.options> {}

registerClasses("keras.layers", { STFTSpectrogram });
