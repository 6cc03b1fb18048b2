// The state of a model as nested records, by the paths of its variables.

import { isPlainObject, oneOf } from "../../config/index.js";
import { asTensor, constant, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, text } from "../../core/errors.js";
import { checkRecord } from "../../core/options.js";
import { sameShape, shapeText } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { valueOf, type WeightValue } from "../../layers/base/state.js";
import type { Layer } from "../../layers/layer.js";
import type { Variable } from "../../variables/variable.js";

/** What values of variables are given as. */
export type ValueFormat = "backend_tensor" | "numpy_array";

/** Values by the parts of paths. */
export type StateTree = { readonly [part: string]: StateTree | Tensor | WeightValue | TensorLike };

/** Variables of a kind, each with its path. */
export type StateGroups = Readonly<Record<string, readonly (readonly [path: string, variable: Variable])[]>>;

/** Paths of variables: those that weights have, and for states of random generators those of their layers. */
export function placesOf(layers: readonly Layer[]): (variable: Variable) => string {
  const seeds = new Map(layers.flatMap((layer) => layer.tracked().seeds.map((seed) => [seed, layer.path ?? layer.name] as const)));
  return (variable) => {
    const layer = seeds.get(variable);
    return layer === undefined
      ? ((variable as { readonly path?: string }).path ?? variable.name)
      : `${layer}/seed_generator/${variable.name}`;
  };
}

/** Paths that occur again get a number. */
function withPaths(group: StateGroups[string]): Map<string, Variable> {
  const found = new Map<string, Variable>();
  for (const [path, variable] of group) {
    let own = path;
    for (let number = 1; found.has(own); number++) own = `${path}_${number}`;
    found.set(own, variable);
  }
  return found;
}

/** The values of all groups. */
export function stateTree(groups: StateGroups, format: ValueFormat): StateTree {
  oneOf(["backend_tensor", "numpy_array"]).parse(format, "getStateTree.valueFormat");
  const tree: Record<string, StateTree> = {};
  for (const [name, group] of Object.entries(groups)) {
    const nested: Record<string, unknown> = {};
    for (const [path, variable] of withPaths(group)) {
      const parts = path.split("/");
      const last = parts.pop()!;
      const place = parts.reduce((at, part) => (at[part] ??= {}) as Record<string, unknown>, nested);
      place[last] = format === "numpy_array" ? valueOf(variable) : variable.value();
    }
    tree[name] = nested as StateTree;
  }
  return tree;
}

/** Replaces the values that a tree names; all of them, or none. */
export function setStateTree(where: string, groups: StateGroups, tree: StateTree): void {
  const changes: [Variable, Tensor][] = [];
  checkRecord(where, tree, "nested records, as getStateTree gives them");
  for (const [name, values] of Object.entries(tree)) {
    const group = groups[name];
    if (!group) throw new ArgumentError(where, { given: text(name), expected: Object.keys(groups).join(", ") });
    checkRecord(`${where}.${name}`, values, "values by path, as getStateTree gives them");
    const variables = withPaths(group);
    for (const [path, value] of flatten(values as StateTree)) {
      const variable = variables.get(path);
      if (!variable)
        throw new ArgumentError(`${where}.${name}`, { given: `the path ${text(path)}`, expected: "a path that getStateTree gives" });
      changes.push([variable, fitting(`${where}.${name}.${path}`, variable, value as TensorLike)]);
    }
  }
  for (const [variable, value] of changes) variable.assign(value);
}

const flatten = (tree: StateTree, path = ""): [path: string, value: unknown][] =>
  Object.entries(tree).flatMap(([part, value]) =>
    isPlainObject(value) ? flatten(value as StateTree, `${path}${part}/`) : [[`${path}${part}`, value] as [string, unknown]],
  );

function fitting(where: string, variable: Variable, value: TensorLike): Tensor {
  const { shape, dtype } = variable;
  const isFlat = ArrayBuffer.isView(value) && (value as unknown as ArrayLike<number>).length === variable.size;
  const tensor = isFlat ? constant(value, { shape, dtype }) : asTensor(value, dtype);
  if (sameShape(tensor.shape, shape)) return tensor;
  throw new ShapeError(where, { given: `a value of shape ${shapeText(tensor.shape)}`, expected: shapeText(shape) });
}
