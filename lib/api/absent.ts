// The names of Keras that make no sense in JavaScript: why, and what does the same here. Calling one says both.

/** Names that stand for something that only Python has. */
export interface Absent {
  /** Keras's names; one that ends with a dot stands for all names that begin so. */
  readonly names: readonly string[];
  readonly reason: string;
  readonly instead: string;
}

export const absent: readonly Absent[] = [];
