// A value for each replica of this process, and batches cut into such values.

import { parts, mapTree, isBranch, isComposite, type Composite, type Tree } from "../core/tree.js";

/** A value for each replica of this process. TensorFlow: tf.distribute.DistributedValues */
export class PerReplica<T = unknown> implements Composite {
  constructor(readonly values: readonly T[]) {}

  [parts](): { values: readonly unknown[]; like(values: readonly unknown[]): unknown } {
    return { values: this.values, like: (values) => new PerReplica(values) };
  }

  toString(): string {
    return `PerReplica(${this.values.map(String).join(", ")})`;
  }
}

/** What one replica gets of a structure: its own of each value for replicas, everything else as it is. */
export function partOf(structure: unknown, replica: number): unknown {
  return mapTree(structure as Tree<unknown>, (leaf) => (leaf instanceof PerReplica ? (leaf.values[replica] as unknown) : leaf));
}

/**
 * Structures of several replicas as one, with a value for each replica in place of each leaf; a number, text or the like that all of them
 * give is itself. The first one decides the structure.
 */
export function joined(structures: readonly unknown[]): unknown {
  const [first] = structures;
  if (Array.isArray(first)) return first.map((_, i) => joined(structures.map((each) => (each as unknown[])[i])));
  if (isBranch(first)) {
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, joined(structures.map((each) => (each as Record<string, unknown>)[key]))]),
    );
  }
  const isConstant = first === null || (typeof first !== "object" && typeof first !== "function");
  return isConstant && structures.every((each) => Object.is(each, first)) ? first : new PerReplica(structures);
}

/** Whether a structure has values for replicas in it. */
export function hasParts(structure: unknown): boolean {
  if (isComposite(structure)) return true;
  return isBranch(structure) && Object.values(structure).some(hasParts);
}
