// Images in rows, each with what it is and what a model took it for.

import { list, nullable, number, positiveInteger, string, tuple, type Options } from "../config/index.js";
import type { TensorLike } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { pictureAddress } from "../visualization/scene.js";
import { classesOf } from "./confusion-matrix.js";
import { element, type Markup } from "./markup.js";
import type { Token } from "./palette.js";
import { drawing, finished, fitting, Pen, pictureOptions, widthOf } from "./picture.js";
import { imagesOf, pixelsAt, usualRange } from "./pixels.js";

const options = pictureOptions.extend([], {
  classNames: nullable(list(string())),
  /** Images in a row; default: as many as have room. */
  columns: nullable(positiveInteger()),
  /** Images at most. */
  limit: positiveInteger(64),
  /** What black and white are; default: 0 and 1 for floats up to 1, else 0 and 255. */
  valueRange: nullable(tuple(2, number())),
});

/** What `imageGrid` takes. */
export type ImageGridOptions = Options<typeof options> & {
  /** The class of each image, `[images]` or one-hot. */
  readonly yTrue?: TensorLike | null;
  /** What a model took it for: classes, or scores `[images, classes]`, whose largest is shown with its value. */
  readonly yPred?: TensorLike | null;
};

/**
 * Draws images in rows, each with its class and, where they are given, what a model took it for: right ones have a check mark, wrong ones
 * a cross.
 *
 * ```ts
 * const svg = imageGrid(tf.zeros([2, 8, 8]), { yTrue: [0, 1], yPred: [0, 0], classNames: ["cat", "dog"] });
 * svg.includes("dog"); // true
 * ```
 *
 * @param images  `[images, height, width]` or `[images, height, width, 1, 3 or 4]`
 * @param given   `yTrue`, `yPred`, `classNames`, `columns`, `limit`, `valueRange`; `container`, `title`, `width`, `theme`, `table`
 * @returns       an SVG document; in a page a container shows it
 * @throws ShapeError where shapes don't fit
 */
export function imageGrid(images: TensorLike, given: ImageGridOptions = {}): string {
  const where = "visor.imageGrid";
  const { yTrue = null, yPred = null, ...others } = given;
  const { classNames, columns, limit, valueRange, ...look } = options.parse(where, [others]);
  const batch = imagesOf(`${where}.images`, images);
  const truth = yTrue === null ? null : classesOf(`${where}.yTrue`, yTrue).classes;
  const { classes: found = null, scores = null } = yPred === null ? {} : classesOf(`${where}.yPred`, yPred);
  for (const [name, labels] of [
    ["yTrue", truth],
    ["yPred", found],
  ] as const)
    // prettier-ignore
    if (labels && labels.length !== batch.count)
      throw new ShapeError(`${where}.${name}`, { given: `${labels.length} classes for ${batch.count} images`, expected: "one for each" });
  const nameOf = (label: number): string => classNames?.[label] ?? String(label);
  const width = widthOf(look);
  const count = Math.min(batch.count, limit);
  const perRow = columns ?? Math.max(1, Math.min(count, Math.floor(width / 100)));
  const cell = (width - 8) / perRow;
  const size = cell - Math.min(8, cell / 4);
  const high = (size * batch.height) / batch.width;
  const lines = Number(truth !== null) + Number(found !== null);
  const top = look.title ? 34 : 8;
  const pen = new Pen(look.theme);
  const range = (valueRange as [number, number] | null) ?? usualRange(batch);
  const shapes: Markup[] = look.title ? [pen.words(8, 20, fitting(look.title, width - 16, 15), { size: 15, isBold: true })] : [];
  const rows: (string | number)[][] = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [8 + (i % perRow) * cell, top + Math.floor(i / perRow) * (high + 6 + lines * 15)];
    const isRight = truth && found ? truth[i] === found[i] : null;
    const score = scores?.[i] ?? null;
    const isShare = score !== null && score >= 0 && score <= 1;
    const guess = found && `${nameOf(found[i]!)}${isShare ? ` ${Math.round(score * 100)}%` : ""}`;
    const { mark, verdict, token } = verdictOf(isRight);
    const says = [truth && nameOf(truth[i]!), guess && `predicted ${guess}${verdict}`].filter((part) => part !== null);
    const frame = isRight === false ? pen.stroke("bad") : pen.stroke("line");
    shapes.push(
      element(
        "g",
        {},
        element("title", {}, says.join("; ") || `image ${i}`),
        element("image", {
          x,
          y,
          width: size,
          height: high,
          preserveAspectRatio: "none",
          style: "image-rendering:pixelated",
          href: pictureAddress(pixelsAt(batch, i, range)),
        }),
        element("rect", { x, y, width: size, height: high, "stroke-width": isRight === false ? 2 : 1, ...frame, fill: "none" }),
        ...(truth ? [pen.words(x, y + high + 13, fitting(nameOf(truth[i]!), size, 11), { size: 11 })] : []),
        ...(guess
          ? [
              pen.words(x, y + high + (truth ? 28 : 13), fitting(`${mark}${guess}`, size, 11), {
                size: 11,
                token,
              }),
            ]
          : []),
      ),
    );
    rows.push([i, ...(truth ? [nameOf(truth[i]!)] : []), ...(guess ? [guess] : [])]);
  }
  const height = top + Math.ceil(count / perRow) * (high + 6 + lines * 15) + 4;
  const wrong = rows.filter((_, i) => truth && found && truth[i] !== found[i]).length;
  const says = `${look.title ?? "Images"}: ${count} images${truth && found ? `, ${wrong} of them wrong` : ""}.`;
  const head = ["image", ...(truth ? ["class"] : []), ...(found ? ["predicted"] : [])];
  return finished(
    where,
    look,
    drawing(look.theme, width, height, says, shapes),
    look.title ?? "Images",
    head.length > 1 ? { head, rows } : null,
  );
}

/** How an image is marked that a model took for the right class, for a wrong one, or that nobody judged. */
function verdictOf(isRight: boolean | null): { mark: string; verdict: string; token: Token } {
  if (isRight === null) return { mark: "", verdict: "", token: "muted" };
  return isRight ? { mark: "✓ ", verdict: ", right", token: "good" } : { mark: "✗ ", verdict: ", wrong", token: "bad" };
}
