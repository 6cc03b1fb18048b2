// Models in the language of Graphviz: keras.utils.model_to_dot.

import { declare } from "../core/operation.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { Model } from "../model/model.js";
import { escaped } from "./escaped.js";
import { type Box, type Group, partsOf } from "./model-parts.js";

const looks = { plain: 'bgcolor="white"', trainable: 'bgcolor="forestgreen"', frozen: 'bgcolor="firebrick"' } as const;

/** @throws ArgumentError for what is no model */
export function checkedModel(where: string, model: unknown): Model {
  if (model instanceof Model) return model;
  throw new ArgumentError(`${where}.model`, { given: text(model), expected: "a model" });
}

const directions = ["TB", "LR", "BT", "RL"];

/** @throws ValueError for a direction that Graphviz does not know */
export function checkedDirection(where: string, rankdir: string): string {
  if (directions.includes(rankdir)) return rankdir;
  throw new ValueError(`${where}.rankdir`, { given: text(rankdir), expected: directions.map((each) => text(each)).join(", ") });
}

/**
 * The model as a text in Graphviz's language, DOT: a box for each layer, an arrow from each to those that use what it gives.
 *
 * ```ts
 * const net = new keras.Sequential([new keras.Input({ shape: [4] }), new keras.layers.Dense(2, { name: "head" })]);
 * keras.utils.modelToDot(net, { showShapes: true }).includes("head"); // true
 * ```
 *
 * @param rankdir       "TB" (downwards), "LR" (to the right), "BT" or "RL"
 * @param expandNested  whether models inside are drawn with their layers, in a frame
 * @param dpi           pixels of an inch
 * @param subgraph      whether to give a cluster that goes into another graph
 * @param splines       how Graphviz draws arrows: "ortho", "curved", "polyline", "spline" or "line"
 * @throws StateError for a model that is not built. Keras: keras.utils.model_to_dot
 */
export const modelToDot = declare(
  'utils.modelToDot(model:any, showShapes=false, showDtype=false, showLayerNames=true, rankdir="TB", expandNested=false, dpi=200, subgraph=false, showLayerActivations=false, showTrainable=false, splines="ortho")',
  (
    model: Model,
    showShapes: boolean,
    showDtype: boolean,
    showLayerNames: boolean,
    rankdir: string,
    expandNested: boolean,
    dpi: number,
    subgraph: boolean,
    showLayerActivations: boolean,
    showTrainable: boolean,
    splines: string,
  ): string => {
    const where = "utils.modelToDot";
    const shown = { showShapes, showDtype, showLayerNames, expandNested, showLayerActivations, showTrainable };
    const parts = partsOf(where, checkedModel(where, model), shown);
    checkedDirection(where, rankdir);
    const edges = parts.edges.map(([from, to]) => `  ${from} -> ${to} [penwidth=2];`);
    if (subgraph) return [...clusterOf(parts, ""), ...edges].join("\n");
    return [
      "digraph G {",
      `  rankdir=${rankdir};`,
      "  concentrate=true;",
      `  dpi=${dpi};`,
      `  splines=${splines};`,
      "  node [shape=record];",
      ...contentsOf(parts, "  "),
      ...edges,
      "}",
    ].join("\n");
  },
);

const contentsOf = ({ boxes, groups }: Group, indent: string): string[] => [
  ...boxes.map((box) => `${indent}${box.id} [fontname="Helvetica", border=0, margin=0, label=${labelOf(box)}];`),
  ...groups.flatMap((group) => clusterOf(group, indent)),
];

const clusterOf = (group: Group, indent: string): string[] => [
  `${indent}subgraph ${JSON.stringify(`cluster_${group.name}`)} {`,
  `${indent}  style=dashed; label=${JSON.stringify(group.name)}; labeljust=l;`,
  ...contentsOf(group, `${indent}  `),
  `${indent}}`,
];

/** A box as an HTML table, as Graphviz takes them. */
function labelOf({ title, type, activation, cells }: Box): string {
  const span = Math.max(1, cells.length);
  const name = title.endsWith(` (${type})`)
    ? `<b>${escaped(title.slice(0, -type.length - 3))}</b> (${escaped(type)})`
    : `<b>${escaped(title)}</b>`;
  const rows = [`<td colspan="${span}" bgcolor="black"><font point-size="16" color="white">${name}</font></td>`];
  if (activation !== null)
    rows.push(`<td bgcolor="white" colspan="${span}"><font point-size="14">Activation: <b>${escaped(activation)}</b></font></td>`);
  const cellOf = ({ words, value, look }: Box["cells"][number]) =>
    `<td ${looks[look]}><font point-size="14"${look === "plain" ? "" : ' color="white"'}>${words}<b>${escaped(value)}</b></font></td>`;
  if (cells.length > 0) rows.push(cells.map(cellOf).join(""));
  return `<<table border="0" cellborder="1" bgcolor="black" cellpadding="10">${rows.map((row) => `<tr>${row}</tr>`).join("")}</table>>`;
}
