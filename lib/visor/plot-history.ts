// What a training was like, as lines: a panel for the loss and for each metric, each with its validation.

import { boolean, type Options } from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { rangeOf, short, ticks } from "./axis.js";
import { element, type Markup } from "./markup.js";
import { seriesToken } from "./palette.js";
import { drawing, finished, fitting, Pen, pictureOptions, widthOf } from "./picture.js";

const options = pictureOptions.extend([], {
  /** Whether values stand on a logarithmic axis. */
  logarithmic: boolean(false),
});

/** What `plotHistory` takes. */
export type PlotHistoryOptions = Options<typeof options>;

/** What `fit` gives, or its `history`: values of each epoch by name. */
export type HistoryLike =
  | { readonly history: Readonly<Record<string, readonly number[]>>; readonly epoch?: readonly number[] }
  | Readonly<Record<string, readonly number[]>>;

interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

const PANEL = { height: 190, left: 54, right: 12, top: 30, bottom: 36 };

/**
 * Draws a training: a panel for the loss and one for each metric, with the values of each epoch and of its validation.
 *
 * ```ts
 * const svg = plotHistory({ loss: [0.9, 0.4, 0.3], val_loss: [1, 0.6, 0.5], accuracy: [0.5, 0.8, 0.9] });
 * svg.startsWith("<svg"); // true
 * ```
 *
 * @param history  what `await model.fit(…)` gave
 * @param given    `container`, `title`, `width`, `theme`, `table`; `logarithmic`
 * @returns        an SVG document; in a page a container shows it
 * @throws ArgumentError for what is no history
 */
export function plotHistory(history: HistoryLike, given: PlotHistoryOptions = {}): string {
  const where = "visor.plotHistory";
  const { logarithmic, ...look } = options.parse(where, [given]);
  const { values, epochs } = checkedHistory(where, history);
  const names = Object.keys(values);
  const bases = [...new Set(names.map((name) => name.replace(/^val_/, "")))];
  const panels = bases.map((base) =>
    names.filter((name) => name.replace(/^val_/, "") === base).map((name): Line => ({ name, values: values[name]! })),
  );
  const width = widthOf(look);
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / 300)));
  const title = look.title ?? "Training";
  const top = look.title ? 30 : 0;
  const pen = new Pen(look.theme);
  const shapes = panels.flatMap((lines, i) =>
    panelOf(pen, lines, epochs, {
      x: (i % columns) * (width / columns),
      y: top + Math.floor(i / columns) * PANEL.height,
      width: width / columns,
      logarithmic,
    }),
  );
  if (look.title) shapes.unshift(pen.words(12, 20, fitting(title, width - 24, 15), { size: 15, isBold: true }));
  const last = names.flatMap((name) => values[name]!.slice(-1).map((value) => `${name} ${short(value)}`)).join(", ");
  const says = `${title}: ${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"}; at the end ${last}.`;
  const svg = drawing(look.theme, width, top + Math.ceil(panels.length / columns) * PANEL.height, says, shapes);
  const rows = epochs.map((epoch, i) => [epoch, ...names.map((name) => short(values[name]![i] ?? NaN))]);
  return finished(where, look, svg, title, { head: ["epoch", ...names], rows });
}

function checkedHistory(
  where: string,
  given: HistoryLike,
): { values: Readonly<Record<string, readonly number[]>>; epochs: readonly number[] } {
  const isRecord = typeof given === "object" && given !== null;
  const { history, epoch } = (isRecord ? given : {}) as { history?: unknown; epoch?: readonly number[] };
  const values = (isRecord && typeof history === "object" && !Array.isArray(history) ? history : given) as Readonly<
    Record<string, readonly number[]>
  >;
  const lists = isRecord ? Object.values(values) : [];
  if (lists.length === 0 || !lists.every((list) => Array.isArray(list) && list.every((value) => typeof value === "number")))
    throw new ArgumentError(`${where}.history`, { given: text(given), expected: "what fit gave, or a record of numbers of each epoch" });
  const count = Math.max(...lists.map((list) => list.length));
  if (count === 0) throw new ValueError(`${where}.history`, { given: "no epochs", expected: "one or more" });
  return { values, epochs: epoch?.length === count ? epoch.map((each) => each + 1) : Array.from({ length: count }, (_, i) => i + 1) };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly logarithmic: boolean;
}

function panelOf(pen: Pen, lines: readonly Line[], epochs: readonly number[], { x, y, width, logarithmic }: Place): Markup[] {
  const scaled = (value: number): number => (logarithmic ? (value > 0 ? Math.log10(value) : NaN) : value);
  const [least, most] = rangeOf(lines.flatMap(({ values }) => values.map(scaled)));
  const [left, right, top, bottom] = [x + PANEL.left, x + width - PANEL.right, y + PANEL.top, y + PANEL.height - PANEL.bottom];
  const [first, last] = rangeOf(epochs);
  const across = (epoch: number): number => left + ((epoch - first) / (last - first)) * (right - left);
  const up = (value: number): number => bottom - ((scaled(value) - least) / (most - least)) * (bottom - top);
  const valueTicks = ticks(least, most, 4).map((tick) => (logarithmic ? 10 ** tick : tick));
  const shapes: Markup[] = valueTicks.flatMap((tick) => [
    element("line", { x1: left, x2: right, y1: up(tick), y2: up(tick), ...pen.stroke("line") }),
    pen.words(left - 6, up(tick) + 4, short(tick), { size: 11, token: "muted", anchor: "end" }),
  ]);
  for (const tick of ticks(first, last, 5).filter((each) => Number.isInteger(each) && each >= epochs[0]!))
    shapes.push(pen.words(across(tick), bottom + 16, String(tick), { size: 11, token: "muted", anchor: "middle" }));
  shapes.push(pen.words((left + right) / 2, bottom + 31, "epoch", { size: 11, token: "muted", anchor: "middle" }));
  let at = left;
  lines.forEach(({ name, values }, i) => {
    const token = seriesToken(i);
    const isDashed = name.startsWith("val_");
    const points = values.flatMap((value, step) =>
      Number.isFinite(scaled(value)) ? [`${across(epochs[step]!).toFixed(1)},${up(value).toFixed(1)}`] : [],
    );
    if (points.length > 1)
      shapes.push(
        element("polyline", {
          points: points.join(" "),
          "stroke-width": 2,
          "stroke-dasharray": isDashed ? "6 3" : null,
          ...pen.stroke(token),
          fill: "none",
        }),
      );
    if (points.length < 30)
      for (const point of points) {
        const [cx, cy] = point.split(",");
        shapes.push(element("circle", { cx: cx!, cy: cy!, r: 2.5, ...pen.fill(token) }));
      }
    const label = fitting(name, right - at - 20);
    shapes.push(
      element("line", {
        x1: at,
        x2: at + 16,
        y1: y + 16,
        y2: y + 16,
        "stroke-width": 2,
        "stroke-dasharray": isDashed ? "6 3" : null,
        ...pen.stroke(token),
      }),
    );
    shapes.push(pen.words(at + 20, y + 20, label));
    at += 34 + label.length * 7;
  });
  return shapes;
}
