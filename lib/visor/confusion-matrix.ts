// Which class was taken for which.

import { list, nullable, oneOf, string, type Options } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ShapeError, ValueError } from "../core/errors.js";
import { known, shapeText } from "../core/shape.js";
import { pictureAddress } from "../visualization/scene.js";
import { element, type Markup } from "./markup.js";
import { dark, light, type Theme } from "./palette.js";
import { drawing, finished, fitting, Pen, pictureOptions, widthOf } from "./picture.js";

const options = pictureOptions.extend([], {
  classNames: nullable(list(string())),
  /** What a full color is: all of a true class (its row), or the fullest cell of the whole. */
  normalize: oneOf(["row", "all"], "row"),
});

/** What `confusionMatrix` takes. */
export type ConfusionMatrixOptions = Options<typeof options>;

/** More classes than a matrix can be drawn of. */
const MOST_CLASSES = 2048;
/** More classes are one picture: no cell has a number in it, and the table is one of mistakes. */
const MANY_CLASSES = 60;
/** A cell has a number where it has so many pixels. */
const LEGIBLE = 16;
/** Pixels between the names of classes. */
const NAME_HEIGHT = 12;

/** What samples were taken for. */
export interface Classes {
  readonly classes: Int32Array;
  /** How many classes there are, where that is known. */
  readonly count: number | null;
  /** The score of each sample's class, where there are scores. */
  readonly scores: Float32Array | null;
}

/** Classes by number: of numbers, or the largest of scores `[samples, classes]`. */
export function classesOf(where: string, given: TensorLike): Classes {
  const tensor = asTensor(given);
  const [samples, width] = known(tensor.shape, where) as [number, number?];
  if (tensor.rank === 1 || (tensor.rank === 2 && width === 1 && !isFloat(tensor.dtype))) {
    const classes = Int32Array.from(tensor.data());
    if (tensor.data().some((value, i) => value !== classes[i] || value < 0))
      throw new ValueError(where, { given: "numbers that are no classes", expected: "whole numbers from 0, or scores [samples, classes]" });
    return { classes, count: null, scores: null };
  }
  if (tensor.rank !== 2)
    throw new ShapeError(where, { given: `shape ${shapeText(tensor.shape)}`, expected: "[samples] or [samples, classes]" });
  const values = tensor.data();
  if (values.some(Number.isNaN))
    throw new ValueError(where, { given: "NaN among the scores", expected: "numbers, of which one is the largest" });
  const classes = new Int32Array(samples);
  const scores = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    if (width === 1) {
      const score = values[i]!; // the one of two classes
      classes[i] = Number(score > 0.5);
      scores[i] = score > 0.5 ? score : 1 - score;
      continue;
    }
    for (let c = 1; c < width!; c++) if (values[i * width! + c]! > values[i * width! + classes[i]!]!) classes[i] = c;
    scores[i] = values[i * width! + classes[i]!]!;
  }
  return { classes, count: width === 1 ? 2 : width!, scores };
}

/**
 * How often each true class (row) was predicted as each class (column).
 *
 * ```ts
 * confusionCounts([0, 1, 1], [0, 1, 0]); // [[1, 0], [1, 1]]
 * ```
 *
 * @throws ShapeError, ValueError
 */
export function confusionCounts(yTrue: TensorLike, yPred: TensorLike, numClasses: number | null = null): number[][] {
  const where = "visor.confusionMatrix";
  const [truth, found] = [classesOf(`${where}.yTrue`, yTrue), classesOf(`${where}.yPred`, yPred)];
  if (truth.classes.length !== found.classes.length)
    throw new ShapeError(where, {
      given: `${truth.classes.length} true and ${found.classes.length} predicted classes`,
      expected: "as many",
    });
  const largest = truth.classes.reduce(
    (most, each) => Math.max(most, each),
    found.classes.reduce((most, each) => Math.max(most, each), -1),
  );
  const count = Math.max(numClasses ?? 0, truth.count ?? 0, found.count ?? 0, largest + 1);
  if (numClasses !== null && count > numClasses)
    throw new ValueError(`${where}.classNames`, { given: `${numClasses} names`, expected: `one for each of ${count} classes` });
  if (count === 0) throw new ValueError(where, { given: "no samples", expected: "one or more" });
  if (count > MOST_CLASSES)
    throw new ValueError(where, { given: `${count} classes`, expected: `at most ${MOST_CLASSES}`, hint: "Are these numbers classes?" });
  const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  truth.classes.forEach((row, i) => counts[row]![found.classes[i]!]!++);
  return counts;
}

/**
 * Draws which class was taken for which: a row for each true class, a column for each predicted one.
 *
 * ```ts
 * const svg = confusionMatrix([0, 1, 1, 2], [0, 1, 2, 2], { classNames: ["cat", "dog", "fish"] });
 * svg.includes("fish"); // true
 * ```
 *
 * @param yTrue  classes `[samples]`, or one-hot `[samples, classes]`
 * @param yPred  classes, or scores `[samples, classes]`, whose largest counts
 * @param given  `container`, `title`, `width`, `theme`, `table`; `classNames`, `normalize` ("row" or "all")
 * @returns      an SVG document; in a page a container shows it
 * @throws ShapeError, ValueError
 */
export function confusionMatrix(yTrue: TensorLike, yPred: TensorLike, given: ConfusionMatrixOptions = {}): string {
  const where = "visor.confusionMatrix";
  const { classNames, normalize, ...look } = options.parse(where, [given]);
  const counts = confusionCounts(yTrue, yPred, classNames?.length ?? null);
  const names = classNames ?? counts.map((_, i) => String(i));
  const pen = new Pen(look.theme);
  const title = look.title ?? "Confusion matrix";
  const all = counts.flat();
  const total = all.reduce((sum, each) => sum + each, 0);
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  const width = widthOf(look, 560);
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const left = Math.min(width * 0.3, 30 + longest * 7);
  const cell = Math.min(64, (width - left - 8) / Math.max(1, names.length));
  const foot = Math.min(110, 24 + longest * 6);
  const top = 34;
  const most = all.reduce((most, each) => Math.max(most, each), 1);
  const sums = counts.map((row) =>
    Math.max(
      1,
      row.reduce((a, b) => a + b, 0),
    ),
  );
  const partOf = (r: number, c: number): number => counts[r]![c]! / (normalize === "all" ? most : sums[r]!);
  const isMany = names.length > MANY_CLASSES;
  /** Of so many names one has room. */
  const every = Math.ceil(NAME_HEIGHT / cell);
  const shapes: Markup[] = [pen.words(8, 20, fitting(title, width - 16, 15), { size: 15, isBold: true })];
  const size = Math.max(8, Math.min(13, cell * 0.3));
  if (isMany) shapes.push(pictureOf(look.theme, counts.length, partOf, { x: left, y: top, size: counts.length * cell }));
  counts.forEach((row, r) => {
    const y = top + r * cell;
    if (r % every === 0) shapes.push(pen.words(left - 6, y + cell / 2 + 4, fitting(names[r]!, left - 10, 11), { size: 11, anchor: "end" }));
    if (isMany) return;
    row.forEach((count, c) => {
      const part = partOf(r, c);
      const percent = `${Math.round((100 * count) / sums[r]!)}%`;
      const says = `${names[r]} taken for ${names[c]}: ${count}${count > 0 || row.some(Boolean) ? ` (${percent})` : ""}`;
      const token = part > 0.5 ? "paper" : count === 0 ? "muted" : "ink";
      shapes.push(
        element(
          "g",
          {},
          element("title", {}, says),
          pen.box(left + c * cell, y, cell - 1, cell - 1, "line", 0.25),
          pen.box(left + c * cell, y, cell - 1, cell - 1, r === c ? "s0" : "s1", part),
          ...(cell < LEGIBLE
            ? []
            : [pen.words(left + (c + 0.5) * cell, y + cell / 2 + size / 3, String(count), { size, anchor: "middle", token })]),
        ),
      );
    });
  });
  const bottom = top + counts.length * cell;
  names.forEach((name, c) => {
    if (c % every > 0) return;
    const [x, y] = [left + (c + 0.5) * cell + 4, bottom + 12];
    shapes.push(
      element(
        "text",
        { x, y, "font-size": 11, "text-anchor": "end", transform: `rotate(-45 ${Math.round(x)} ${Math.round(y)})`, ...pen.fill("ink") },
        fitting(name, 90, 11),
      ),
    );
  });
  shapes.push(pen.words(left, bottom + foot + 8, "rows: true class, columns: predicted", { size: 11, token: "muted" }));
  const mistakes = mistakesOf(counts);
  const worst = mistakes.slice(0, 3).map(({ count, r, c }) => `${names[r]} as ${names[c]} ${count}`);
  const says =
    `${title}: ${right} of ${total} right${total > 0 ? `, ${((100 * right) / total).toFixed(1)}%` : ""}.` +
    (worst.length > 0 ? ` Most often wrong: ${worst.join(", ")}.` : "");
  const svg = drawing(look.theme, width, bottom + foot + 16, says, shapes);
  const table = isMany
    ? { head: ["true class", "predicted", "count"], rows: mistakes.map(({ count, r, c }) => [names[r]!, names[c]!, count]) }
    : { head: ["true \\ predicted", ...names], rows: counts.map((row, r) => [names[r]!, ...row]) };
  return finished(where, look, svg, title, table);
}

/** The mistakes, those that happened most first. */
function mistakesOf(counts: readonly (readonly number[])[]): { count: number; r: number; c: number }[] {
  const mistakes = counts.flatMap((row, r) => row.flatMap((count, c) => (r !== c && count > 0 ? [{ count, r, c }] : [])));
  return mistakes.sort((a, b) => b.count - a.count);
}

/** The cells as one picture, each as opaque as it is full. */
function pictureOf(
  theme: Theme,
  count: number,
  partOf: (r: number, c: number) => number,
  place: { x: number; y: number; size: number },
): Markup {
  const data = new Uint8Array(4 * count * count);
  const { s0, s1 } = theme === "dark" ? dark : light;
  const [right, wrong] = [s0, s1].map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
  for (let r = 0; r < count; r++)
    for (let c = 0; c < count; c++) data.set([...(r === c ? right! : wrong!), Math.round(255 * partOf(r, c))], 4 * (r * count + c));
  return element("image", {
    x: place.x,
    y: place.y,
    width: place.size,
    height: place.size,
    style: "image-rendering:pixelated",
    href: pictureAddress({ width: count, height: count, data }, 4),
  });
}
