// Drawings of models, with nothing installed: keras.utils.plot_model.

import { type Arguments, nullable, boolean, oneOf, type Options, positiveNumber, schema, string } from "../config/index.js";
import { ValueError, text } from "../core/errors.js";
import type { Model } from "../model/model.js";
import { placeOf, write } from "../saving/place.js";
import type { Color } from "./canvas.js";
import { type Box, type Group, type ModelParts, partsOf } from "./model-parts.js";
import { checkedModel, modelToDot } from "./model-to-dot.js";
import { type Scene, type Shape, textWidth, toPng, toSvg } from "./scene.js";

const options = schema(
  [
    "toFile",
    "showShapes",
    "showDtype",
    "showLayerNames",
    "rankdir",
    "expandNested",
    "dpi",
    "showLayerActivations",
    "showTrainable",
    "splines",
  ],
  {
    /** Where the drawing goes: `.png`, `.svg` or `.dot`; null: nowhere. */
    toFile: nullable(string(), "model.png"),
    showShapes: boolean(false),
    showDtype: boolean(false),
    showLayerNames: boolean(false),
    rankdir: oneOf(["TB", "LR", "BT", "RL"], "TB"),
    expandNested: boolean(false),
    dpi: positiveNumber(200),
    showLayerActivations: boolean(false),
    showTrainable: boolean(false),
    splines: oneOf(["ortho", "curved", "polyline", "spline", "line"], "ortho"),
  },
);

/** What `plotModel` takes. */
export type PlotModelOptions = Options<typeof options>;

/** Units of the drawing in an inch. */
const INCH = 96;

/**
 * Draws a model: a box for each layer, an arrow from each to those that use what it gives.
 *
 * ```ts
 * const net = new keras.Sequential([new keras.Input({ shape: [4] }), new keras.layers.Dense(2)]);
 * const svg = await keras.utils.plotModel(net, { toFile: null, showShapes: true });
 * svg.includes("(None, 2)"); // true
 * ```
 *
 * @param options  `toFile`: a path that ends in .png (default "model.png"), .svg or .dot, or null; `showShapes`, `showDtype`,
 *                 `showLayerNames`, `showLayerActivations`, `showTrainable`: what stands in a box; `rankdir`: "TB", "LR", "BT", "RL";
 *                 `expandNested`: models inside with their layers, in a frame; `dpi`: pixels of an inch, of PNG files;
 *                 `splines`: "ortho" (right angles), "polyline" and "line" (straight), "curved" and "spline"
 * @returns        the drawing as an SVG document
 * @throws StateError for a model that is not built, ValueError for another ending. Keras: keras.utils.plot_model
 */
export async function plotModel(model: Model, ...given: Arguments<typeof options>): Promise<string> {
  const where = "utils.plotModel";
  checkedModel(where, model);
  const { toFile, dpi, rankdir, splines, ...shown } = options.parse(where, given);
  const scene = sceneOf(partsOf(where, model, shown), rankdir, splines);
  const svg = toSvg(scene);
  if (toFile === null) return svg;
  const ending = /\.(svg|png|dot)$/i.exec(toFile)?.[1]?.toLowerCase();
  if (!ending) throw new ValueError(`${where}.toFile`, { given: text(toFile), expected: "a path that ends in .png, .svg or .dot" });
  const bytes = () => new TextEncoder().encode(ending === "svg" ? svg : modelToDot(model, { ...shown, rankdir, dpi, splines }));
  await write(placeOf(toFile), ending === "png" ? toPng(scene, dpi / INCH) : bytes());
  return svg;
}

const [WHITE, BLACK, GREY]: readonly Color[] = [[255, 255, 255], [0, 0, 0], [120, 120, 120]]; // prettier-ignore
const looks: Readonly<Record<string, Color>> = { plain: WHITE!, trainable: [34, 139, 34], frozen: [178, 34, 34] };
const [TITLE, TEXT, PADDING, GAP] = [14, 12, 8, 36];
const LINE = TEXT + 2 * PADDING;

interface Placed {
  readonly box: Box;
  readonly width: number;
  readonly height: number;
  x: number;
  y: number;
}

const cellWidths = (box: Box): number[] => box.cells.map(({ words, value }) => textWidth(words + value, TEXT) + 2 * PADDING);

function sizeOf(box: Box): Placed {
  const cells = cellWidths(box).reduce((sum, width) => sum + width, 0);
  const activation = box.activation === null ? 0 : textWidth(`Activation: ${box.activation}`, TEXT) + 2 * PADDING;
  const width = Math.max(textWidth(box.title, TITLE) + 2 * PADDING, cells, activation, 80);
  return { box, width, height: LINE * (1 + Number(box.activation !== null) + Number(cells > 0)), x: 0, y: 0 };
}

const allBoxes = ({ boxes, groups }: Group): Box[] => [...boxes, ...groups.flatMap(allBoxes)];

/** Boxes by the longest way that leads to them, each below those that it uses. */
function sceneOf(parts: ModelParts, rankdir: string, splines: string): Scene {
  const placed = new Map(allBoxes(parts).map((box) => [box.id, sizeOf(box)]));
  const isAcross = rankdir === "LR" || rankdir === "RL";
  const depths = depthsOf([...placed.keys()], parts.edges);
  const ranks: Placed[][] = [];
  for (const [id, box] of placed) (ranks[depths.get(id)!] ??= []).push(box);
  if (rankdir === "BT" || rankdir === "RL") ranks.reverse();
  const along = (box: Placed): number => (isAcross ? box.width : box.height);
  const beside = (box: Placed): number => (isAcross ? box.height : box.width);
  const breadth = Math.max(...ranks.map((rank) => rank.reduce((sum, box) => sum + beside(box) + GAP, -GAP)));
  let at = GAP;
  for (const rank of ranks) {
    const deepest = Math.max(...rank.map(along));
    let side = GAP + (breadth - rank.reduce((sum, box) => sum + beside(box) + GAP, -GAP)) / 2;
    for (const box of rank) {
      [box.x, box.y] = isAcross ? [at, side] : [side, at];
      side += beside(box) + GAP;
    }
    at += deepest + GAP;
  }
  const shapes: Shape[] = [
    ...parts.groups.flatMap((group) => frameOf(group, placed)),
    ...parts.edges.map(([from, to]) => arrowOf(placed.get(from)!, placed.get(to)!, isAcross, splines)),
    ...[...placed.values()].flatMap(drawn),
  ];
  const [width, height] = isAcross ? [at, breadth + 2 * GAP] : [breadth + 2 * GAP, at];
  return { width: Math.ceil(width), height: Math.ceil(height), background: WHITE!, shapes };
}

/** The length of the longest way to each box. */
function depthsOf(ids: readonly string[], edges: readonly (readonly [string, string])[]): Map<string, number> {
  const depths = new Map(ids.map((id) => [id, 0]));
  // As many rounds as the longest way has boxes; one that leads back ends with the rounds.
  for (let round = 0, changed = true; changed && round < ids.length; round++) {
    changed = false;
    for (const [from, to] of edges)
      if (depths.get(to)! <= depths.get(from)!) {
        depths.set(to, depths.get(from)! + 1);
        changed = true;
      }
  }
  return depths;
}

/** A dashed frame around the boxes of a model inside, with its name. */
function frameOf(group: Group, placed: ReadonlyMap<string, Placed>): Shape[] {
  const inside = allBoxes(group).map(({ id }) => placed.get(id)!);
  if (inside.length === 0) return [];
  const margin = GAP / 3;
  const left = Math.min(...inside.map(({ x }) => x)) - margin;
  const top = Math.min(...inside.map(({ y }) => y)) - margin;
  const width = Math.max(...inside.map((box) => box.x + box.width)) + margin - left;
  const height = Math.max(...inside.map((box) => box.y + box.height)) + margin - top;
  return [
    { kind: "box", x: left, y: top, width, height, fill: null, stroke: GREY!, isDashed: true },
    { kind: "text", x: left, y: top - 2, text: group.name, size: TEXT - 2, color: GREY! },
    ...group.groups.flatMap((inner) => frameOf(inner, placed)),
  ];
}

function arrowOf(from: Placed, to: Placed, isAcross: boolean, splines: string): Shape {
  const middle = (box: Placed): readonly [number, number] => [box.x + box.width / 2, box.y + box.height / 2];
  const [[x1, y1], [x2, y2]] = [middle(from), middle(to)];
  const isAhead = isAcross ? x2 > x1 : y2 > y1;
  const out = (box: Placed, isEnd: boolean): readonly [number, number] => {
    const [x, y] = middle(box);
    if (isAcross) return [isEnd ? box.x + box.width : box.x, y];
    return [x, isEnd ? box.y + box.height : box.y];
  };
  const [start, end] = [out(from, isAhead), out(to, !isAhead)];
  const isStraight = splines === "line" || splines === "polyline" || (isAcross ? y1 === y2 : x1 === x2);
  if (isStraight) return { kind: "path", points: [start, end], stroke: BLACK! };
  // The way turns in the gap before its end, where no boxes are.
  const turn = isAhead ? -GAP / 2 : GAP / 2;
  const between = isAcross ? end[0] + turn : end[1] + turn;
  const bends: readonly (readonly [number, number])[] = isAcross
    ? [
        [between, start[1]],
        [between, end[1]],
      ]
    : [
        [start[0], between],
        [end[0], between],
      ];
  return { kind: "path", points: [start, ...bends, end], stroke: BLACK!, isCurved: splines === "curved" || splines === "spline" };
}

function drawn({ box, x, y, width, height }: Placed): Shape[] {
  const words = (left: number, top: number, text: string, size: number, color: Color, isBold = false): Shape => ({
    kind: "text",
    x: left + PADDING,
    y: top + PADDING + size - 2,
    text,
    size,
    color,
    isBold,
  });
  const shapes: Shape[] = [
    { kind: "box", x, y, width, height, fill: WHITE!, stroke: BLACK! },
    { kind: "box", x, y, width, height: LINE, fill: BLACK!, stroke: BLACK! },
    words(x, y, box.title, TITLE, WHITE!, true),
  ];
  let top = y + LINE;
  if (box.activation !== null) {
    shapes.push({ kind: "box", x, y: top, width, height: LINE, fill: WHITE!, stroke: BLACK! });
    shapes.push(words(x, top, `Activation: ${box.activation}`, TEXT, BLACK!));
    top += LINE;
  }
  const widths = cellWidths(box);
  const spare = (width - widths.reduce((sum, each) => sum + each, 0)) / Math.max(1, widths.length);
  let left = x;
  box.cells.forEach(({ words: label, value, look }, i) => {
    shapes.push({ kind: "box", x: left, y: top, width: widths[i]! + spare, height: LINE, fill: looks[look]!, stroke: BLACK! });
    shapes.push(words(left, top, label + value, TEXT, look === "plain" ? BLACK! : WHITE!));
    left += widths[i]! + spare;
  });
  return shapes;
}
