// The objects that a checkpoint saves, found by a walk over fields, with the path of each.

import { Variable } from "../variables/variable.js";
import { pathOf } from "./path.js";
import { childrenOf, isSaveable } from "./saveable.js";

/** An object of the graph that a checkpoint saves. */
export interface GraphObject {
  readonly object: object;
  /** How a user gets there: `model.layers[0].kernel`. */
  readonly path: string;
  /** Children by name, as numbers of objects. */
  readonly children: Record<string, number>;
}

export const isLeaf = (object: object): boolean => object instanceof Variable || isSaveable(object);

/** All objects that can be reached from the root, nearest first, each once; only those that lead to something to save. */
export function objectGraph(root: object): GraphObject[] {
  const all: GraphObject[] = [{ object: root, path: "", children: {} }];
  const numbers = new Map<object, number>([[root, 0]]);
  for (const { object, path, children } of all) {
    for (const [name, child] of childrenOf(object)) {
      let number = numbers.get(child);
      if (number === undefined) {
        numbers.set(child, (number = all.length));
        all.push({ object: child, path: pathOf(path, name), children: {} });
      }
      children[name] = number;
    }
  }
  return pruned(all);
}

/** Without the objects from which no leaf can be reached. */
function pruned(all: readonly GraphObject[]): GraphObject[] {
  const parents = all.map((): number[] => []);
  all.forEach(({ children }, number) => Object.values(children).forEach((child) => parents[child]!.push(number)));
  const wanted = new Set<number>([0]);
  const queue = all.flatMap(({ object }, number) => (isLeaf(object) ? [number] : []));
  for (const number of queue) {
    if (wanted.has(number) && number !== 0) continue;
    wanted.add(number);
    queue.push(...parents[number]!.filter((parent) => !wanted.has(parent)));
  }
  const kept = all.flatMap((_, number) => (wanted.has(number) ? [number] : []));
  const renumbered = new Map(kept.map((number, i) => [number, i]));
  return kept.map((number) => {
    const { children, ...rest } = all[number]!;
    const wantedChildren = Object.entries(children).filter(([, child]) => wanted.has(child));
    return { ...rest, children: Object.fromEntries(wantedChildren.map(([name, child]) => [name, renumbered.get(child)!])) };
  });
}
