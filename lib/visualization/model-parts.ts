// What a drawing of a model shows: its layers with what is to be said about each, models inside, and which layer feeds which.

import { classNameOf } from "../config/index.js";
import { StateError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { mapTree, type Tree } from "../core/tree.js";
import { InputLayer } from "../layers/core/input-layer.js";
import type { KerasTensor } from "../layers/functional/keras-tensor.js";
import type { Operation } from "../layers/functional/node.js";
import { Layer } from "../layers/layer.js";
import { Model } from "../model/model.js";
import { Sequential } from "../model/sequential.js";

/** What a drawing tells of each layer. */
export interface Shown {
  readonly showShapes: boolean;
  readonly showDtype: boolean;
  readonly showLayerNames: boolean;
  readonly showLayerActivations: boolean;
  readonly showTrainable: boolean;
  readonly expandNested: boolean;
}

/** One cell of a layer's box: words, then a value that stands out. */
export interface Cell {
  readonly words: string;
  readonly value: string;
  readonly look: "plain" | "trainable" | "frozen";
}

/** A layer as a box: the title, an activation, and cells side by side. */
export interface Box {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly activation: string | null;
  readonly cells: readonly Cell[];
}

/** A model, or one inside of another that is drawn with its layers. */
export interface Group {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly groups: readonly Group[];
}

export interface ModelParts extends Group {
  /** Ids of boxes: the second one uses what the first one gives. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** @throws StateError for a model that is not built */
export function partsOf(where: string, model: Model, shown: Shown): ModelParts {
  if (!model.built)
    throw new StateError(where, {
      given: `the model ${model.name}, which is not built`,
      expected: "layers with shapes",
      hint: "Call model.build(inputShape), or the model on a batch.",
    });
  const ids = new Map<Operation, string>();
  const edges = new Map<string, readonly [string, string]>();
  const connect = (from: string, to: string) => from !== to && edges.set(`${from} ${to}`, [from, to]);
  const idOf = (operation: Operation): string => {
    if (!ids.has(operation)) ids.set(operation, `n${ids.size}`);
    return ids.get(operation)!;
  };

  /** Draws a model's layers. `entries` and `exits` are the boxes where what goes in arrives, and from which what comes out leaves. */
  const walk = (inner: Model): { group: Group; entries: string[]; exits: string[] } => {
    const boxes: Box[] = [];
    const groups: Group[] = [];
    const ends = new Map<Operation, { entries: string[]; exits: string[] }>();
    const operations: readonly Operation[] = inner instanceof Sequential ? inner.layers : (inner.graph?.operations ?? []);
    for (const operation of operations) {
      if (shown.expandNested && operation instanceof Model && operation.built && isDrawnInside(operation)) {
        const made = walk(operation);
        groups.push(made.group);
        ends.set(operation, made);
      } else {
        const id = idOf(operation);
        boxes.push(boxOf(id, operation, shown));
        ends.set(operation, { entries: [id], exits: [id] });
      }
    }
    if (inner instanceof Sequential) {
      operations.slice(1).forEach((operation, i) => join(ends.get(operations[i]!)!.exits, ends.get(operation)!.entries));
      const [first, last] = [operations[0], operations.at(-1)];
      return {
        group: { name: inner.name, boxes, groups },
        entries: first ? ends.get(first)!.entries : [],
        exits: last ? ends.get(last)!.exits : [],
      };
    }
    const own = new Set(inner.graph!.nodes);
    const maker = (tensor: KerasTensor): string => {
      const { operation, tensorIndex } = tensor.history!;
      const { exits } = ends.get(operation)!;
      return exits[tensorIndex] ?? exits.at(-1)!;
    };
    for (const operation of operations)
      for (const node of operation.inboundNodes)
        if (own.has(node)) {
          const { entries } = ends.get(operation)!;
          node.inputs.forEach((tensor, i) => connect(maker(tensor), entries[i] ?? entries.at(-1)!));
        }
    return { group: { name: inner.name, boxes, groups }, entries: inner.inputs.map(maker), exits: inner.outputs.map(maker) };
  };
  const join = (from: readonly string[], to: readonly string[]) => from.forEach((exit) => to.forEach((entry) => connect(exit, entry)));

  if (!isDrawnInside(model)) return { name: model.name, boxes: [boxOf(idOf(model), model, shown)], groups: [], edges: [] };
  const { group } = walk(model);
  return { ...group, edges: [...edges.values()] };
}

/** Whether a model shows what it is made of; one of the user's own is one box. */
const isDrawnInside = (model: Model): boolean => model instanceof Sequential || model.graph !== null;

const shapeText = (shape: Shape): string => `(${shape.map((length) => length ?? "None").join(", ")})`;

/** The structure of tensors as text: arrays in brackets, records by key. */
function textOf(tree: unknown, leaf: (tensor: KerasTensor) => string): string {
  const texts = mapTree(tree as Tree<unknown>, (each) => leaf(each as KerasTensor));
  const written = (part: unknown): string =>
    Array.isArray(part)
      ? `[${part.map(written).join(", ")}]`
      : typeof part === "object" && part !== null
        ? Object.entries(part).map(([key, each]) => `${key}: ${written(each)}`).join(", ") // prettier-ignore
        : String(part);
  return written(texts);
}

/** What a layer of a graph is given or gives; null where it was not called on Keras tensors. */
function endOf(operation: Operation, end: "input" | "output"): unknown {
  const node = operation.inboundNodes[0];
  if (!node) return null;
  if (operation instanceof Layer) return operation[end];
  const list = end === "input" ? node.inputs : node.outputs;
  return list.length === 1 ? list[0] : list;
}

function boxOf(id: string, operation: Operation, shown: Shown): Box {
  const type = (operation as { declared?: { className: string } }).declared?.className ?? classNameOf(operation);
  const cells: Cell[] = [];
  const add = (words: string, value: string, look: Cell["look"] = "plain") => cells.push({ words, value, look });
  const written = (end: "input" | "output", leaf: (tensor: KerasTensor) => string): string => {
    const value = endOf(operation, end);
    return value === null ? "?" : textOf(value, leaf);
  };
  if (shown.showShapes) {
    if (!(operation instanceof InputLayer))
      add(
        "Input shape: ",
        written("input", ({ shape }) => shapeText(shape)),
      );
    add(
      "Output shape: ",
      written("output", ({ shape }) => shapeText(shape)),
    );
  }
  if (shown.showDtype)
    add(
      "Output dtype: ",
      written("output", ({ dtype }) => dtype),
    );
  if (shown.showTrainable && operation instanceof Layer && operation.weights.length > 0)
    add("", operation.trainable ? "Trainable" : "Non-trainable", operation.trainable ? "trainable" : "frozen");
  return {
    id,
    type,
    title: shown.showLayerNames ? `${operation.name} (${type})` : type,
    activation: shown.showLayerActivations ? activationOf(operation) : null,
    cells,
  };
}

function activationOf(operation: Operation): string | null {
  const { activation } = ((operation as { options?: { activation?: unknown } }).options ?? {}) as { activation?: unknown };
  if (activation === undefined || activation === null) return null;
  return typeof activation === "function" ? activation.name || classNameOf(activation) : String(activation);
}
