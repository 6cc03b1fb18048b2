// model.summary(): the table of layers, shapes and parameters.

import { platform } from "#platform";
import { classNameOf } from "../config/index.js";
import { dtypes } from "../core/dtype.js";
import { ArgumentError } from "../core/errors.js";
import { checkArray, checkedFlag, checkThat } from "../core/options.js";
import { Layer } from "../layers/layer.js";
import type { Node, Operation } from "../layers/functional/node.js";
import type { Variable } from "../variables/variable.js";
import type { LayerGraph } from "./graph/graph.js";
import { renderTable } from "./table.js";

/** How a summary looks. */
export interface SummaryOptions {
  /** Characters in a line. Default: 88, or 108 where layers have several inputs, but no more than the terminal has. */
  lineLength?: number;
  /** Where columns end, as parts of the line. */
  positions?: readonly number[];
  /** Takes the text. Default: it is printed. */
  printFn?: (text: string) => void;
  /** Whether the layers of models inside are listed. Default: false. */
  expandNested?: boolean;
  /** Whether a column says if a layer is trainable. Default: false. */
  showTrainable?: boolean;
  /** Names of the first and the last layer to list. */
  layerRange?: readonly [string, string];
}

/** What a summary is made of. */
export interface Summarized extends Layer {
  readonly layers: readonly Layer[];
  readonly graph: LayerGraph | null;
  /** Whether layers stand in a row, whatever the graph says. */
  readonly isSequence: boolean;
  /** Variables of the optimizer, null before it has any. */
  readonly optimizerVariables: readonly Variable[] | null;
}

/** The table of layers and the counts of parameters, as Keras prints them. */
export function summarize(model: Summarized, options: SummaryOptions = {}): string {
  const { header, rows, isRow } = summaryTable(model, options);
  const { showTrainable = false } = options;
  const widths = columnWidths(isRow, showTrainable, options);
  const align = ["left", "left", "right", ...(isRow ? [] : ["left" as const]), ...(showTrainable ? ["center" as const] : [])] as const;
  return `Model: "${model.name}"\n${renderTable(header, rows, widths, align)}${counts(model)}`;
}

/** What a summary lists, and how many parameters there are, in lines. */
export interface SummaryTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether layers stand in a row, so that none has to say what it is connected to. */
  readonly isRow: boolean;
  readonly counts: readonly string[];
}

/** The table of layers and the counts of parameters, as values. */
export function summaryTable(model: Summarized, options: SummaryOptions = {}): SummaryTable {
  const expandNested = checkedFlag("summary.expandNested", options.expandNested ?? false);
  const showTrainable = checkedFlag("summary.showTrainable", options.showTrainable ?? false);
  const operations: readonly Operation[] = model.graph && !model.isSequence ? model.graph.operations : model.layers;
  const isRow = model.isSequence || model.graph === null || isSequential(model.graph);
  const header = ["Layer (type)", "Output Shape", "Param #", ...(isRow ? [] : ["Connected to"]), ...(showTrainable ? ["Trainable"] : [])];
  const rows = inRange(operations, options.layerRange).flatMap((operation) => rowsOf(operation, 0));
  return {
    header,
    rows,
    isRow,
    counts: counts(model)
      .trimEnd()
      .split("\n")
      .map((line) => line.trim()),
  };

  function rowsOf(operation: Operation, level: number): string[][] {
    const prefix = level === 0 ? "" : `${"   ".repeat(level)}└ `;
    const isLayer = operation instanceof Layer;
    const row = [`${prefix}${operation.name} (${className(operation)})`, outputShape(operation), isLayer ? parameters(operation) : "0"];
    if (!isRow) row.push(connections(operation, model.graph!.nodes));
    if (showTrainable) row.push(isLayer && operation.weights.length > 0 ? (operation.trainable ? "Y" : "N") : "-");
    const inner = expandNested && isLayer ? ((operation as unknown as Partial<Summarized>).layers ?? []) : [];
    return [row, ...inner.flatMap((layer) => rowsOf(layer, level + 1))];
  }
}

const className = (operation: Operation): string =>
  (operation as { signature?: { className: string } }).signature?.className ?? classNameOf(operation);

const parameters = (layer: Layer): string => (layer.built ? grouped(layer.countParams()) : "0 (unbuilt)");

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Whether every layer has one call with one input from the one before. */
function isSequential(graph: LayerGraph): boolean {
  if (graph.nodesAtDepth.some((nodes) => nodes.length > 1 || nodes[0]!.inputs.length > 1)) return false;
  const own = new Set(graph.nodes);
  return graph.layers.every((layer) => layer.inboundNodes.filter((node) => own.has(node)).length <= 1);
}

function outputShape(operation: Operation): string {
  const node = operation.inboundNodes.at(-1);
  if (node) return listOf(node.outputs.map(({ shape }) => shapeOf(shape)));
  const shape = operation instanceof Layer ? operation.builtOutputShape() : null;
  return shape ? shapeOf(shape) : "?";
}

const shapeOf = (shape: readonly (number | null)[]): string => `(${shape.map((length) => length ?? "None").join(", ")})`;
const listOf = (shapes: readonly string[]): string => (shapes.length === 1 ? shapes[0]! : `[${shapes.join(", ")}]`);

function connections(operation: Operation, nodes: readonly Node[]): string {
  const own = new Set(nodes);
  const inputs = operation.inboundNodes.filter((node) => own.has(node)).flatMap((node) => node.inputs);
  return inputs.map(({ history }) => `${history!.operation.name}[${history!.nodeIndex}][${history!.tensorIndex}]`).join(", ") || "-";
}

function columnWidths(isRow: boolean, showTrainable: boolean, { lineLength, positions }: SummaryOptions): number[] {
  const isLength = (lineLength ?? null) === null || Number.isInteger(lineLength);
  checkThat(isLength, "summary.lineLength", lineLength, "a whole number of characters");
  if ((positions ?? null) !== null) checkArray("summary.positions", positions, "an array of parts of the line");
  let ends = positions ?? (isRow ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  let length = isRow ? 88 : 108;
  if (showTrainable) {
    length += 12;
    ends = [...ends.map((end) => end * 0.9), 1];
  }
  const width = lineLength ?? Math.min(length, (platform.output.columns || 80 + 32) - 4);
  const edges = [0, ...ends.map((end) => Math.trunc(end * width))];
  const widths = edges.slice(1).map((end, i) => end - edges[i]!);
  if (widths.some((each) => !(each >= 4)))
    throw new ArgumentError("summary.lineLength", { given: String(width), expected: "enough room for every column" });
  return widths;
}

function inRange(operations: readonly Operation[], range: readonly [string, string] | undefined): readonly Operation[] {
  if ((range ?? null) === null) return operations;
  const areNames = Array.isArray(range) && range.length === 2 && range.every((name) => typeof name === "string");
  checkThat(areNames, "summary.layerRange", range, "the names of two layers");
  const matches = (pattern: string) => (operation: Operation) => new RegExp(`^(?:${pattern})`).test(operation.name);
  const [first, last] = [operations.findIndex(matches(range[0])), operations.findLastIndex(matches(range[1]))];
  if (first >= 0 && last >= 0) return operations.slice(Math.min(first, last), Math.max(first, last) + 1);
  throw new ArgumentError("summary.layerRange", {
    given: range.join(", "),
    expected: `names among ${operations.map(({ name }) => name).join(", ")}`,
  });
}

function counts(model: Summarized): string {
  const trainable = sizes(model.trainableWeights);
  const others = sizes(model.nonTrainableWeights);
  const optimizer = model.optimizerVariables && sizes(model.optimizerVariables);
  const line = (name: string, { count, bytes }: Sizes) => ` ${name} params: ${grouped(count)} (${readable(bytes)})\n`;
  const parts = [trainable, others, ...(optimizer ? [optimizer] : [])];
  const total = { count: parts.reduce((sum, { count }) => sum + count, 0), bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
  const own = optimizer ? line("Optimizer", optimizer) : "";
  return `${line("Total", total)}${line("Trainable", trainable)}${line("Non-trainable", others)}${own}`;
}

interface Sizes {
  readonly count: number;
  readonly bytes: number;
}

const sizes = (variables: readonly Variable[]): Sizes => ({
  count: variables.reduce((sum, { size }) => sum + size, 0),
  bytes: variables.reduce((sum, { size, dtype }) => sum + size * dtypes[dtype].bytes, 0),
});

function readable(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size.toFixed(2)} ${units[unit]}`;
}
