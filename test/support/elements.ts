import { Tensor } from "../../lib/core/tensor.js";

/** An element of a dataset as nested arrays of numbers and strings. */
export function plain(element: unknown): unknown {
  if (typeof element === "string") return element;
  if (element instanceof Tensor) return element.array();
  if (Array.isArray(element)) return element.map(plain);
  return Object.fromEntries(Object.entries(element as object).map(([key, each]) => [key, plain(each)]));
}

/** All elements of a synchronous iteration. */
export const listed = (dataset: Iterable<unknown>): unknown[] => Array.from(dataset, plain);

/** All elements of an asynchronous iteration. */
export async function awaited(dataset: AsyncIterable<unknown>): Promise<unknown[]> {
  const elements = [];
  for await (const element of dataset) elements.push(plain(element));
  return elements;
}

/** The value, a millisecond later. */
export const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 1));

/** 0, 1, … count − 1. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
