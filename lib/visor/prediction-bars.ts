// How sure a model is of each class.

import { list, nullable, positiveInteger, string, type Options } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError, ValueError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { short } from "./axis.js";
import { drawing, finished, fitting, Pen, pictureOptions, widthOf } from "./picture.js";

const options = pictureOptions.extend([], {
  classNames: nullable(list(string())),
  /** Classes that are shown, the likeliest ones; default: all, in their order. */
  top: nullable(positiveInteger()),
});

/** What `predictionBars` takes. */
export type PredictionBarsOptions = Options<typeof options>;

/**
 * Draws how sure a model is of each class, as bars.
 *
 * ```ts
 * const svg = predictionBars([0.1, 0.7, 0.2], { classNames: ["cat", "dog", "fish"], top: 2 });
 * svg.includes("cat"); // false
 * ```
 *
 * @param probabilities  `[classes]`, or `[1, classes]`, from 0 to 1
 * @param given          `classNames`, `top`; `container`, `title`, `width`, `theme`, `table`
 * @returns              an SVG document; in a page a container shows it
 * @throws ShapeError for several samples, ValueError for what are no probabilities
 */
export function predictionBars(probabilities: TensorLike, given: PredictionBarsOptions = {}): string {
  const where = "visor.predictionBars";
  const { classNames, top, ...look } = options.parse(where, [given]);
  const tensor = asTensor(probabilities);
  if (tensor.rank !== 1 && !(tensor.rank === 2 && tensor.shape[0] === 1))
    throw new ShapeError(`${where}.probabilities`, { given: `shape ${shapeText(tensor.shape)}`, expected: "[classes]" });
  if (tensor.size === 0)
    throw new ShapeError(`${where}.probabilities`, { given: `shape ${shapeText(tensor.shape)}`, expected: "[classes], one or more" });
  const values = [...tensor.data()];
  const wrong = values.find((value) => !(value >= -1e-6 && value <= 1 + 1e-6));
  if (wrong !== undefined)
    throw new ValueError(`${where}.probabilities`, {
      given: String(wrong),
      expected: "values from 0 to 1",
      hint: "Of logits, keras.ops.softmax makes probabilities.",
    });
  if (classNames && classNames.length !== values.length)
    throw new ValueError(`${where}.classNames`, {
      given: `${classNames.length} names`,
      expected: `one for each of ${values.length} classes`,
    });
  const bars = values.map((value, i) => ({ name: classNames?.[i] ?? String(i), value }));
  const best = bars.reduce((most, bar) => (bar.value > most.value ? bar : most));
  const shown = top === null ? bars : bars.toSorted((a, b) => b.value - a.value).slice(0, top);
  const width = widthOf(look, 420);
  const pen = new Pen(look.theme);
  const left = Math.min(width * 0.4, 16 + shown.reduce((most, { name }) => Math.max(most, name.length), 0) * 7);
  const begin = look.title ? 34 : 8;
  const room = width - left - 60;
  const shapes = shown.flatMap((bar, i) => {
    const y = begin + i * 22;
    return [
      pen.words(left - 8, y + 14, fitting(bar.name, left - 10), { anchor: "end", isBold: bar === best }),
      pen.box(left, y + 3, room, 15, "line", 0.4),
      pen.box(left, y + 3, Math.max(0, Math.min(1, bar.value)) * room, 15, bar === best ? "s0" : "muted"),
      pen.words(width - 54, y + 14, `${(bar.value * 100).toFixed(1)}%`, { token: "muted" }),
    ];
  });
  if (look.title) shapes.unshift(pen.words(8, 20, fitting(look.title, width - 16, 15), { size: 15, isBold: true }));
  const title = look.title ?? "Prediction";
  const says = `${title}: ${best.name} with ${(best.value * 100).toFixed(1)}%.`;
  const svg = drawing(look.theme, width, begin + shown.length * 22 + 8, says, shapes);
  return finished(where, look, svg, title, { head: ["class", "probability"], rows: shown.map(({ name, value }) => [name, short(value)]) });
}
