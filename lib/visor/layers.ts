// What is in layers: their weights and what they give, as histograms and as pictures.

import { nullable, positiveInteger, string, type Options } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import { ArgumentError, StateError, text, UnknownNameError, didYouMean } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { leaves } from "../core/tree.js";
import { Layer } from "../layers/layer.js";
import type { Variable } from "../variables/variable.js";
import { Model } from "../model/model.js";
import { pictureAddress } from "../visualization/scene.js";
import { rangeOf, short } from "./axis.js";
import { element, type Markup } from "./markup.js";
import { drawing, finished, fitting, Pen, pictureOptions, widthOf } from "./picture.js";
import { type Images, pixelsAt } from "./pixels.js";

const options = pictureOptions.extend([], {
  /** Bars of a histogram. */
  bins: positiveInteger(40),
  /** Filters, or maps, that are shown of a layer. */
  limit: positiveInteger(32),
});
const activationOptions = options.extend([], {
  /** The only layer that is looked at; default: all. */
  layer: nullable(string()),
});

/** What `layerWeights` takes. */
export type LayerWeightsOptions = Options<typeof options>;
/** What `activations` takes. */
export type ActivationsOptions = Options<typeof activationOptions>;

/** One part of a picture: a name, the values, and images of them where they have some. */
interface Part {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly images: Images | null;
}

/**
 * Draws the weights of a layer, or of all layers of a model: a histogram of each, and the filters of convolutions as pictures.
 *
 * ```ts
 * const net = new keras.Sequential([new keras.Input({ shape: [8, 8, 1] }), new keras.layers.Conv2D(4, 3)]);
 * layerWeights(net.layers[0]).includes("kernel"); // true
 * ```
 *
 * @param layer  a layer or a model
 * @param given  `bins`, `limit`; `container`, `title`, `width`, `theme`, `table`
 * @returns      an SVG document; in a page a container shows it
 * @throws StateError for a layer without weights
 */
export function layerWeights(layer: Layer | Model, given: LayerWeightsOptions = {}): string {
  const where = "visor.layerWeights";
  const { bins, limit, ...look } = options.parse(where, [given]);
  if (!(layer instanceof Layer)) throw new ArgumentError(`${where}.layer`, { given: text(layer), expected: "a layer or a model" });
  const weights = namedWeights(layer).filter(({ variable }) => variable.dtype !== "bool" && !/^u?int/.test(variable.dtype));
  if (weights.length === 0)
    throw new StateError(where, {
      given: `${layer.name}, which has no weights`,
      expected: "a layer with weights",
      hint: layer.built ? undefined! : "Call it once, or build it.",
    });
  const parts = weights.map(({ name, variable }): Part => {
    const tensor = variable.value();
    return { name: `${name} ${JSON.stringify(tensor.shape)}`, values: tensor.data(), images: filtersOf(tensor) };
  });
  return drawParts(where, look, look.title ?? `Weights of ${layer.name}`, parts, bins, limit);
}

/** The weights of a layer by its name and theirs; of a model, those of its layers. */
function namedWeights(layer: Layer): { name: string; variable: Variable }[] {
  const inner = (layer instanceof Model ? layer.layers : []).flatMap(namedWeights);
  const found = new Set(inner.map(({ variable }) => variable));
  const own = layer.weights.filter((variable) => !found.has(variable));
  return [...inner, ...own.map((variable) => ({ name: `${layer.name}/${variable.name}`, variable }))];
}

/** The filters of a convolution, `[height, width, in, out]`: in color where they see three channels, else the mean of what they see. */
function filtersOf(tensor: Tensor): Images | null {
  if (tensor.rank !== 4) return null;
  const [height, width, inputs, count] = tensor.shape as [number, number, number, number];
  if (height > 32 || width > 32 || height * width === 1) return null;
  const channels = inputs === 3 ? 3 : 1;
  const given = tensor.data();
  const values = new Float32Array(count * height * width * channels);
  for (let f = 0; f < count; f++)
    for (let at = 0; at < height * width; at++)
      for (let i = 0; i < inputs; i++)
        values[(f * height * width + at) * channels + (channels === 3 ? i : 0)]! +=
          given[(at * inputs + i) * count + f]! / (channels === 3 ? 1 : inputs);
  return { count, height, width, channels, values, isFloat: true };
}

/**
 * Draws what the layers of a model give for one input: a histogram of each, and the maps of layers whose output is a picture.
 *
 * ```ts
 * const net = new keras.Sequential([new keras.Input({ shape: [8, 8, 1] }), new keras.layers.Conv2D(4, 3, { name: "edges" })]);
 * (await activations(net, tf.ones([1, 8, 8, 1]))).includes("edges"); // true
 * ```
 *
 * @param model  a Sequential or functional model
 * @param x      a batch, of which the first sample is looked at
 * @param given  `layer`, `bins`, `limit`; `container`, `title`, `width`, `theme`, `table`
 * @returns      an SVG document; in a page a container shows it
 * @throws StateError for a model of one's own, whose layers have no outputs of their own; UnknownNameError for a layer that it has not
 */
export async function activations(model: Model, x: TensorLike, given: ActivationsOptions = {}): Promise<string> {
  const where = "visor.activations";
  const { bins, limit, layer, ...look } = activationOptions.parse(where, [given]);
  if (!(model instanceof Model)) throw new ArgumentError(`${where}.model`, { given: text(model), expected: "a model" });
  if (model.graph === null)
    throw new StateError(where, {
      given: `the model ${model.name}, which has no graph of layers`,
      expected: "a Sequential or functional model",
      hint: model.built ? undefined! : "Call it once, or build it.",
    });
  const names = model.layers.map(({ name }) => name);
  if (layer !== null && !names.includes(layer))
    throw new UnknownNameError(`${where}.layer`, { given: text(layer), expected: names.join(", "), hint: didYouMean(layer, names)! });
  const looked = model.layers.filter(
    (each) => (layer === null || each.name === layer) && each.inboundNodes.length > 0 && leaves(each.output).length === 1,
  );
  const probe = new Model({ inputs: model.inputs, outputs: looked.map((each) => leaves(each.output)[0]) } as never);
  const answered = [(probe as unknown as (x: TensorLike, options: object) => Tensor | Tensor[])(x, { training: false })].flat();
  const parts = answered.map((output, i): Part => {
    const [, ...shape] = output.shape as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const values = output.data().subarray(0, size);
    return { name: `${looked[i]!.name} ${JSON.stringify(shape)}`, values, images: mapsOf(values, shape) };
  });
  return drawParts(where, look, look.title ?? `Activations of ${model.name}`, parts, bins, limit);
}

/** The channels of a picture `[height, width, channels]`, each a picture. */
function mapsOf(values: ArrayLike<number>, shape: readonly number[]): Images | null {
  if (shape.length !== 3) return null;
  const [height, width, count] = shape as [number, number, number];
  if (height * width === 1) return null;
  const maps = new Float32Array(values.length);
  for (let at = 0; at < height * width; at++) for (let c = 0; c < count; c++) maps[c * height * width + at] = values[at * count + c]!;
  return { count, height, width, channels: 1, values: maps, isFloat: true };
}

type Look = Parameters<typeof finished>[1];

function drawParts(where: string, look: Look, title: string, parts: readonly Part[], bins: number, limit: number): string {
  const width = widthOf(look);
  const pen = new Pen(look.theme);
  const shapes: Markup[] = [pen.words(8, 20, fitting(title, width - 16, 15), { size: 15, isBold: true })];
  const rows: (string | number)[][] = [];
  let y = 34;
  for (const part of parts) {
    const { shapes: drawn, height, row } = drawPart(pen, part, { y, width, bins, limit });
    shapes.push(...drawn);
    rows.push(row);
    y += height;
  }
  const says = `${title}: ${rows.map(([name, least, most, mean]) => `${name} from ${least} to ${most}, mean ${mean}`).join("; ")}.`;
  const head = ["name", "least", "most", "mean", "deviation", "zeros"];
  return finished(where, look, drawing(look.theme, width, y + 4, says, shapes), title, { head, rows });
}

function drawPart(pen: Pen, { name, values, images }: Part, room: { y: number; width: number; bins: number; limit: number }) {
  const { y, width, bins, limit } = room;
  const [least, most] = rangeOf(values);
  const counts = new Array<number>(bins).fill(0);
  let [finite, sum, squares, zeros] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    finite++;
    counts[Math.min(bins - 1, Math.floor(((value - least) / (most - least)) * bins))]!++;
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
  }
  const mean = sum / Math.max(1, finite);
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, finite) - mean * mean));
  const highest = counts.reduce((most, count) => Math.max(most, count), 1);
  const bar = (width - 16) / bins;
  const shapes: Markup[] = [
    pen.words(8, y + 14, fitting(name, width - 16), { isBold: true }),
    ...counts.map((count, i) =>
      pen.box(8 + i * bar, y + 22 + 44 * (1 - count / highest), Math.max(1, bar - 1), (44 * count) / highest, "s0"),
    ),
    element("line", { x1: 8, x2: width - 8, y1: y + 66, y2: y + 66, ...pen.stroke("line") }),
    pen.words(8, y + 80, short(least), { size: 11, token: "muted" }),
    pen.words(width / 2, y + 80, `mean ${short(mean)}, deviation ${short(deviation)}`, { size: 11, token: "muted", anchor: "middle" }),
    pen.words(width - 8, y + 80, short(most), { size: 11, token: "muted", anchor: "end" }),
  ];
  let height = 96;
  if (images) {
    const count = Math.min(images.count, limit);
    const size = Math.max(24, Math.min(64, (width - 16) / Math.min(count, 16) - 4));
    const perRow = Math.max(1, Math.floor((width - 12) / (size + 4)));
    const high = (size * images.height) / images.width;
    const range = rangeOf(images.values);
    for (let i = 0; i < count; i++) {
      const [left, top] = [8 + (i % perRow) * (size + 4), y + height + Math.floor(i / perRow) * (high + 4)];
      shapes.push(
        element("image", {
          x: left,
          y: top,
          width: size,
          height: high,
          preserveAspectRatio: "none",
          style: "image-rendering:pixelated",
          href: pictureAddress(pixelsAt(images, i, range)),
        }),
      );
    }
    height += Math.ceil(count / perRow) * (high + 4) + 10;
    if (images.count > count) shapes.push(pen.words(8, y + height, `and ${images.count - count} more`, { size: 11, token: "muted" }));
    height += 10;
  }
  return { shapes, height, row: [name, short(least), short(most), short(mean), short(deviation), zeros] };
}
