// What a model is made of: a drawing of its layers, and their table.

import { boolean, oneOf, type Options } from "../config/index.js";
import { ArgumentError, text } from "../core/errors.js";
import { Model } from "../model/model.js";
import { summaryTable } from "../model/summary.js";
import { plotModel } from "../visualization/plot-model.js";
import { element, textOf } from "./markup.js";
import { pictureOptions, show, tableOf } from "./picture.js";

const graphOptions = pictureOptions.extend([], {
  showShapes: boolean(true),
  expandNested: boolean(false),
  rankdir: oneOf(["TB", "LR", "BT", "RL"], "TB"),
});

/** What `modelGraph` takes. */
export type ModelGraphOptions = Options<typeof graphOptions>;

const checked = (where: string, model: unknown): Model => {
  if (model instanceof Model) return model;
  throw new ArgumentError(`${where}.model`, { given: text(model), expected: "a model" });
};

/**
 * Draws a model: a box for each layer, an arrow from each to those that use what it gives.
 *
 * ```ts
 * const net = new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(2)]);
 * (await modelGraph(net)).startsWith("<svg"); // true
 * ```
 *
 * @param model  a model that is built
 * @param given  `showShapes`, `expandNested`, `rankdir` as in keras.utils.plotModel; `container`, `title`
 * @returns      an SVG document; in a page a container shows it, as large as it needs and no larger than its room
 * @throws StateError for a model that is not built
 */
export async function modelGraph(model: Model, given: ModelGraphOptions = {}): Promise<string> {
  const where = "visor.modelGraph";
  const { container: place, title, showShapes, expandNested, rankdir } = graphOptions.parse(where, [given]);
  const svg = await plotModel(checked(where, model), { toFile: null, showShapes, expandNested, rankdir, showLayerNames: true });
  if (place) {
    const says = `${title ?? `Layers of ${model.name}`}: ${model.layers.map(({ name }) => name).join(", ")}.`;
    const address = `data:image/svg+xml;base64,${btoa(String.fromCharCode(...new TextEncoder().encode(svg)))}`;
    show(where, place, element("img", { src: address, alt: says, style: "max-width:100%;height:auto" }));
  }
  return svg;
}

/**
 * The table of layers, shapes and parameters of a model, as `model.summary()` prints it, as HTML.
 *
 * ```ts
 * summary(new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(2)])).includes("Dense"); // true
 * ```
 *
 * @param model  a model
 * @param given  `container`, `title`, `expandNested`
 * @returns      a `<table>` as text; in a page a container shows it
 */
export function summary(model: Model, given: Pick<ModelGraphOptions, "container" | "title" | "expandNested"> = {}): string {
  const where = "visor.summary";
  const { container: place, title, expandNested } = graphOptions.parse(where, [given]);
  const { header, rows, counts } = summaryTable(checked(where, model), { expandNested });
  const table = tableOf(title ?? `Model ${model.name}`, { head: header, rows });
  const foot = element("tfoot", {}, ...counts.map((line) => element("tr", {}, element("td", { colspan: header.length }, line))));
  const whole = { ...table, children: [...table.children, foot] };
  if (place)
    show(
      where,
      place,
      element("div", { style: "overflow-x:auto", tabindex: 0, role: "region", "aria-label": title ?? `Model ${model.name}` }, whole),
    );
  return textOf(whole);
}
