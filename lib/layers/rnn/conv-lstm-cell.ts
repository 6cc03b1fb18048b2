// One step of a convolutional LSTM; cells are made by the layers ConvLSTM1D, ConvLSTM2D and ConvLSTM3D.

import { boolean, dataFormat, fraction, positiveInteger, tuple } from "../../config/index.js";
import { ArgumentError, ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import type { InitializerLike } from "../../initializers/index.js";
import { add, concatenate, conv, multiply, onesLike, split, zeros, zerosLike } from "../../ops/index.js";
import { mergeAxes, splitAxis } from "../../ops/shaping/reshape.js";
import { dropout } from "../../random/index.js";
import { SeedGenerator } from "../../variables/seed-generator.js";
import type { Variable } from "../../variables/variable.js";
import { activation, constraint, initializer, padding, regularizer, seed, weightOptions } from "../base/fields.js";
import { inferOnly, symbolicLike } from "../base/infer.js";
import { layerOptions } from "../base/options.js";
import { addBias, channelAxis, channelsOf } from "../convolutional/base-conv.js";
import { Layer } from "../layer.js";
import { type CellOptions, type DropoutMasks, initializeParts, type States } from "./cell.js";
import { givenStates } from "./states.js";

/** The options of a convolutional LSTM over images with `rank` axes beside time and channels. */
export const convLstmFields = (rank: number) =>
  ({
    filters: positiveInteger(),
    kernelSize: tuple(rank, positiveInteger()),
    strides: tuple(rank, positiveInteger(), 1),
    padding: padding(),
    dataFormat: dataFormat(),
    dilationRate: tuple(rank, positiveInteger(), 1),
    activation: activation("tanh"),
    recurrentActivation: activation("sigmoid"),
    useBias: boolean(true),
    kernelInitializer: initializer("glorot_uniform"),
    recurrentInitializer: initializer("orthogonal"),
    biasInitializer: initializer("zeros"),
    unitForgetBias: boolean(true),
    kernelRegularizer: regularizer(),
    recurrentRegularizer: regularizer(),
    biasRegularizer: regularizer(),
    kernelConstraint: constraint(),
    recurrentConstraint: constraint(),
    biasConstraint: constraint(),
    dropout: fraction(0),
    recurrentDropout: fraction(0),
    seed: seed(),
  }) as const;

const GATES = 4;
const options = layerOptions.extend(["filters", "kernelSize"], convLstmFields(2));

/**
 * Gates i, f, o and candidate g from `conv(x, kernel) + bias + conv(h, recurrentKernel)`; `c' = f · c + i · g`, `h' = o · activation(c')`.
 * The convolution of the state keeps its size.
 */
export class ConvLSTMCell extends Layer<typeof options> {
  declare kernel: Variable;
  declare recurrentKernel: Variable;
  declare bias?: Variable;
  readonly seedGenerator = new SeedGenerator(this.options.seed);
  /** The shape of a step, once it is known. */
  #stepShape: Shape | null = null;

  constructor(given: object) {
    super(given as never);
    const { strides, dilationRate } = this.options;
    if (strides.some((stride) => stride > 1) && dilationRate.some((rate) => rate > 1))
      throw new ArgumentError(`${this.name}.strides`, { given: "strides and dilationRate above 1", expected: "one of them to be 1" });
  }

  get stateSize(): readonly number[] {
    const { filters } = this.options;
    return [filters, filters];
  }

  protected override get inputCount(): number {
    return 2;
  }

  override build(inputShape: Shape): void {
    const { filters, kernelSize, useBias, dataFormat } = this.options;
    const channels = channelsOf(this.name, inputShape, dataFormat);
    const space = dataFormat === "channels_first" ? inputShape.slice(2) : inputShape.slice(1, -1);
    if (space.includes(null))
      throw new ShapeError(this.name, { given: `steps of shape ${shapeText(inputShape)}`, expected: "known lengths of the axes in space" });
    this.#stepShape = inputShape;
    const width = filters * GATES;
    this.kernel = this.addWeight({ name: "kernel", shape: [...kernelSize, channels, width], ...weightOptions(this.options, "kernel") });
    this.recurrentKernel = this.addWeight({
      name: "recurrent_kernel",
      shape: [...kernelSize, filters, width],
      ...weightOptions(this.options, "recurrent"),
    });
    if (!useBias) return;
    this.bias = this.addWeight({
      name: "bias",
      shape: [width],
      ...weightOptions(this.options, "bias"),
      initializer: this.#biasInitializer,
    });
  }

  /** With `unitForgetBias` the gate that forgets begins open. */
  get #biasInitializer(): InitializerLike {
    const { biasInitializer, unitForgetBias, filters } = this.options;
    if (!unitForgetBias) return biasInitializer;
    return initializeParts([biasInitializer, filters], ["ones", filters], [biasInitializer, filters * 2]);
  }

  /** States of zeros for a batch. */
  getInitialState(batchSize: number): Tensor[] {
    const shape = (
      inferOnly(() => this.#project(symbolicLike([batchSize, ...this.#stepShape!.slice(1)], "float32") as Tensor, null)) as Tensor
    ).shape;
    const channels = channelAxis(this.options.dataFormat) === 1 ? 1 : shape.length - 1;
    const state = shape.map((length, axis) => (axis === channels ? this.options.filters : length));
    return [zeros(state), zeros(state)];
  }

  /** States of zeros for a step whose batch is not known. */
  initialStatesFor(x: Tensor): States {
    const [first] = this.#parts(zerosLike(this.#project(x, null)));
    return [first!, first!];
  }

  /** What a sequence drops: a mask for each gate, one behind the other along the channels. */
  drawMasks(input: Tensor, state: Tensor, training: boolean): DropoutMasks {
    const { dropout: rate, recurrentDropout, dataFormat } = this.options;
    const axis = channelAxis(dataFormat);
    const draw = (like: Tensor, part: number): Tensor | null =>
      training && part > 0 && part < 1
        ? concatenate(
            Array.from({ length: GATES }, () => dropout(onesLike(like), part, { seed: this.seedGenerator })),
            axis,
          )
        : null;
    return { inputs: draw(input, rate), state: draw(state, recurrentDropout) };
  }

  /** One convolution over the images of all steps: one by one they are small, and their weight gradients would be added up. */
  projectSequence(sequence: Tensor, masks: DropoutMasks): Tensor | null {
    const [batch, time] = sequence.shape as [number | null, number | null];
    if (masks.inputs || !time) return null;
    return splitAxis(this.#project(mergeAxes(sequence, 0, 2), null), 0, [batch, time]);
  }

  #parts(x: Tensor): Tensor[] {
    return split(x, GATES, channelAxis(this.options.dataFormat)) as Tensor[];
  }

  #project(x: Tensor, masks: Tensor | null): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this.options;
    const y = this.#gated(x, this.kernel, masks, (part, kernel) => conv(part, kernel, { strides, padding, dataFormat, dilationRate }));
    return this.bias ? addBias(y, this.bias, dataFormat) : y;
  }

  /** One convolution for all gates, or one for each where each drops something else. */
  #gated(x: Tensor, kernel: Variable, masks: Tensor | null, convolve: (x: Tensor, kernel: Tensor) => Tensor): Tensor {
    if (!masks) return convolve(x, kernel.value());
    const kernels = split(kernel, GATES, -1) as Tensor[];
    return concatenate(
      this.#parts(masks).map((mask, gate) => convolve(multiply(x, mask), kernels[gate]!)),
      channelAxis(this.options.dataFormat),
    );
  }

  override call(x: Tensor, states: readonly Tensor[], { training, masks, isProjected = false }: CellOptions = {}): [Tensor, States] {
    const [h, c] = givenStates(this, states, 2);
    const { activation, recurrentActivation, dataFormat } = this.options;
    const drawn = masks ?? this.drawMasks(x, h!, training === true);
    const recurrent = this.#gated(h!, this.recurrentKernel, drawn.state, (part, kernel) =>
      conv(part, kernel, { strides: 1, padding: "same", dataFormat }),
    );
    const projected = isProjected ? x : this.#project(x, drawn.inputs);
    const [i, f, g, o] = this.#parts(add(projected, recurrent)) as [Tensor, Tensor, Tensor, Tensor];
    const carry = add(multiply(recurrentActivation(f), c!), multiply(recurrentActivation(i), activation(g)));
    const output = multiply(recurrentActivation(o), activation(carry));
    return [output, [output, carry]];
  }
}

/** The class of cells for images with so many axes. */
export function convLstmCell(rank: number): typeof ConvLSTMCell {
  class CellOfRank extends ConvLSTMCell {
    static override readonly options = layerOptions.extend(["filters", "kernelSize"], convLstmFields(rank));
  }
  return CellOfRank;
}
