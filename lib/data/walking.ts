// Whether an element is wanted at once: by `for … of`, which can't wait. Stages that may choose to take time ask.

let depth = 0;

/** Runs the action for somebody who can't wait. */
export function atOnce<T>(action: () => T): T {
  depth++;
  try {
    return action();
  } finally {
    depth--;
  }
}

/** Whether what is asked for now may take time. */
export const mayWait = (): boolean => depth === 0;
