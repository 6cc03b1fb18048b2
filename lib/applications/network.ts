// What every network shares: its options and their checks, the input, the top, and where its weights come from.

import { activations } from "../activations/family.js";
import {
  type Arguments,
  boolean,
  field,
  type Fields,
  invalid,
  nullable,
  oneOf,
  positiveInteger,
  type Schema,
  schema,
  shape,
  string,
  type Values,
  withDefault,
} from "../config/index.js";
import { imageDataFormat } from "../config/settings.js";
import { ArgumentError, type ErrorFacts, ShapeError, text, ValueError } from "../core/errors.js";
import { shapeText, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { Input } from "../layers/core/input-layer.js";
import { KerasTensor } from "../layers/functional/keras-tensor.js";
import { nodeOf } from "../layers/functional/node.js";
import { Model } from "../model/model.js";
import type { FilePath } from "../saving/place.js";
import { type ActivationName, dense, globalAverage, globalMax } from "./blocks.js";
import type { WeightsFile } from "./weights.js";

const weightsField = field<FilePath | null, FilePath | null>({
  expected: 'null (random initialization), "imagenet" (pre-training on ImageNet), or the path, URL or File of weights',
  takesObjects: true,
  parse: (value) => {
    const isFile = typeof value === "string" ? value !== "" : value instanceof URL || [value].flat().every((each) => each instanceof Blob);
    return value === null || isFile ? (value as FilePath | null) : invalid;
  },
});

const tensorField = nullable(
  field<Tensor, KerasTensor>({
    expected: "a Keras tensor: what keras.Input or a layer gives",
    takesObjects: true,
    parse: (value) => (value instanceof KerasTensor && value.history ? value : invalid),
  }),
);

const activationField = nullable(
  field<NonNullable<ActivationName>, NonNullable<ActivationName>>({
    expected: "an activation or null",
    takesObjects: "configs",
    parse: (value) => {
      try {
        activations.get(value as never);
        return value as NonNullable<ActivationName>;
      } catch {
        return invalid;
      }
    },
  }),
  "softmax",
);

/** Options that every network has. */
export const common = {
  /** Whether the layers that tell classes apart are part of it. */
  includeTop: boolean(true),
  weights: withDefault(weightsField, "imagenet"),
  /** A Keras tensor to begin with. */
  inputTensor: tensorField,
  /** The shape of an image. */
  inputShape: nullable(shape()),
  /** Without top: what becomes of the last images. null leaves them. */
  pooling: nullable(oneOf(["avg", "max"])),
  classes: positiveInteger(1000),
  /** What the last layer applies; null gives logits. */
  classifierActivation: activationField,
  name: nullable(string()),
};

/** The options of a network without ones of its own, in Keras's order. */
export const standardOptions = (name: string) =>
  schema(["includeTop", "weights", "inputTensor", "inputShape", "pooling", "classes", "classifierActivation", "name"], {
    ...common,
    name: withDefault(string(), name),
  });

/** What the shared part knows of any network's options. */
export type Common = Values<typeof common>;

/** What is told apart about a network. */
export interface Network<P extends readonly string[], F extends Fields> {
  /** Keras's name of the function. */
  readonly name: string;
  readonly options: Schema<P, F>;
  /** Rows and columns of an image unless the options say otherwise. */
  readonly size: number | ((options: Values<F>) => number);
  /** The fewest rows and columns. */
  readonly minimum: number;
  /** Whether Keras knows the network for channels that come first. Default: true. */
  readonly channelsFirst?: boolean;
  /** Checks of its own, before anything is built. */
  check?(where: string, options: Values<F>): void;
  /** The shape of an image, where the usual rule is not the network's. */
  shape?(where: string, options: Values<F>): Shape;
  /** The layers without the top. */
  features(x: Tensor, options: Values<F>, shape: Shape): Tensor;
  /** The layers of the top. Default: global average, one dense layer. */
  top?(x: Tensor, options: Values<F>): Tensor;
  /** What pooling layers are called where there is no top. Default: automatic names. */
  readonly namesPooling?: boolean;
  /** The name where the options have none. */
  modelName?(options: Values<F>, shape: Shape): string;
  /** Layers behind the pooling of a network without top. */
  end?(x: Tensor, options: Values<F>): Tensor;
  /** Keras's file of weights. */
  file(options: Values<F>, shape: Shape): WeightsFile;
}

/** The function that makes a network. The layers stand before the call returns; what it promises is their weights. */
export function network<const P extends readonly string[], F extends Fields & typeof common>(
  facts: Network<P, F>,
): (...given: Arguments<Schema<P, F>> | []) => Promise<Model> {
  return async (...given) => {
    const options = facts.options.parse(facts.name, given);
    const shared = options as unknown as Common;
    const imageShape = checked(facts, options, shared);
    const model = build(facts, options, shared, imageShape);
    if (shared.weights !== null) {
      const file = shared.weights === "imagenet" ? facts.file(options, imageShape) : shared.weights;
      await (await import("./published.js")).takeWeights(facts.name, model, file);
    }
    return model;
  };
}

function checked<P extends readonly string[], F extends Fields>(facts: Network<P, F>, options: Values<F>, shared: Common): Shape {
  const { name } = facts;
  if (facts.channelsFirst === false && imageDataFormat() === "channels_first") {
    throw new ValueError(name, {
      given: "the image data format channels_first",
      expected: "channels_last, the only one that the network has",
      hint: 'keras.config.setImageDataFormat("channels_last") sets it.',
    });
  }
  if (shared.weights === "imagenet" && shared.includeTop && shared.classes !== 1000) {
    throw new ValueError(`${name}.classes`, {
      given: text(shared.classes),
      expected: '1000, which weights: "imagenet" with includeTop: true has',
      hint: "weights: null has any number of classes; includeTop: false leaves them out.",
    });
  }
  facts.check?.(name, options);
  const size = typeof facts.size === "number" ? facts.size : facts.size(options);
  const imageShape = facts.shape ? facts.shape(name, options) : imageShapeOf(name, shared, size, facts.minimum);
  if (shared.includeTop) checkActivation(name, shared);
  return imageShape;
}

function checkActivation(where: string, { weights, classifierActivation }: Common): void {
  if (weights === null || classifierActivation === null) return;
  const given: unknown = activations.get(classifierActivation as never);
  if (given === activations.get("softmax") || given === activations.get("linear")) return;
  throw new ValueError(`${where}.classifierActivation`, {
    given: text(classifierActivation),
    expected: '"softmax" or null, the only ones for pretrained weights with includeTop: true',
  });
}

/** Axes of rows, columns and channels in the shape of one image. */
export const imageAxes = (): { rows: number; columns: number; channels: number } =>
  imageDataFormat() === "channels_first" ? { rows: 1, columns: 2, channels: 0 } : { rows: 0, columns: 1, channels: 2 };

const withSize = (size: number | null, channels: number | null): Shape =>
  imageDataFormat() === "channels_first" ? [channels, size, size] : [size, size, channels];

/** Refuses a shape of an image. */
export function refuseShape(where: string, shape: Shape, facts: Omit<ErrorFacts, "given">): never {
  throw new ShapeError(`${where}.inputShape`, { given: shapeText(shape), ...facts });
}

/** Checks the rank of an image's shape and its least rows and columns. */
export function checkImageShape(where: string, given: Shape, minimum: number): void {
  if (given.length !== 3) refuseShape(where, given, { expected: "three integers: rows, columns and channels, or channels first" });
  const { rows, columns } = imageAxes();
  if ([given[rows], given[columns]].some((length) => length !== null && length! < minimum))
    refuseShape(where, given, { expected: `at least ${minimum}x${minimum} pixels` });
}

/** The shape of an image: what the options say, or the network's own. */
export function imageShapeOf(where: string, { inputShape, includeTop, weights }: Common, size: number, minimum: number): Shape {
  const { channels } = imageAxes();
  const given = inputShape as Shape | null;
  const isPretrained = weights === "imagenet";
  if (given && given.length === 3 && !isPretrained && given[channels] !== 1 && given[channels] !== 3) {
    console.warn(`kerasm: ${where} usually expects 1 or 3 channels; inputShape has ${given[channels]}.`);
  }
  const usual = withSize(size, 3);
  if (isPretrained && includeTop) {
    if (given && shapeText(given) !== shapeText(usual)) {
      const hint = "includeTop: false takes other shapes.";
      refuseShape(where, given, { expected: `${shapeText(usual)}, which weights: "imagenet" with includeTop: true is for`, hint });
    }
    return usual;
  }
  if (!given) return includeTop ? usual : withSize(null, 3);
  checkImageShape(where, given, minimum);
  if (isPretrained && given[channels] !== 3) refuseShape(where, given, { expected: 'three channels, as weights: "imagenet" has' });
  if (includeTop && given.includes(null))
    refuseShape(where, given, { expected: "a static shape, without null, which includeTop: true needs" });
  return given;
}

function build<P extends readonly string[], F extends Fields>(
  facts: Network<P, F>,
  options: Values<F>,
  shared: Common,
  imageShape: Shape,
): Model {
  const { inputTensor, includeTop, pooling, classes, classifierActivation } = shared;
  const begin: Tensor = inputTensor ?? Input({ shape: imageShape });
  let x = facts.features(begin, options, imageShape);
  if (includeTop) {
    x = facts.top
      ? facts.top(x, options)
      : dense(globalAverage(x, "avg_pool"), classes, { activation: classifierActivation, name: "predictions" });
  } else {
    if (pooling === "avg") x = globalAverage(x, facts.namesPooling ? "avg_pool" : null);
    if (pooling === "max") x = globalMax(x, facts.namesPooling ? "max_pool" : null);
    x = facts.end?.(x, options) ?? x;
  }
  const inputs = inputTensor ? sourcesOf(facts.name, inputTensor) : begin;
  return new Model(inputs, x, { name: shared.name ?? facts.modelName!(options, imageShape) });
}

/** Where the graph of a Keras tensor begins. */
function sourcesOf(where: string, tensor: KerasTensor): Tensor {
  const found = new Set<KerasTensor>();
  const visited = new Set<KerasTensor>();
  const pending = [tensor];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    const node = nodeOf(next);
    if (!node || node.isInput) found.add(next);
    else pending.push(...node.inputs);
  }
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  throw new ArgumentError(`${where}.inputTensor`, { given: `a tensor of ${found.size} inputs`, expected: "a tensor made of one input" });
}
