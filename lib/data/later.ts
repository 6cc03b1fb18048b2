// Values that may be there now or come later. Pipelines of synchronous stages never meet a promise, and so iterate synchronously.

/** A value, or a promise of it where something in the pipeline is asynchronous. */
export type Later<T> = T | Promise<T>;

/** Goes on with a value: at once if it is there, else when it comes. */
export const after = <T, U>(value: Later<T>, next: (value: T) => Later<U>): Later<U> =>
  value instanceof Promise ? value.then(next) : next(value);

/** A value, and what has to be done whether it comes or fails. */
export function eventually<T>(make: () => Later<T>, done: () => Later<void>): Later<T> {
  let made: Later<T>;
  try {
    made = make();
  } catch (error) {
    return after(done(), () => {
      throw error;
    });
  }
  return made instanceof Promise ? made.finally(done) : after(done(), () => made);
}

/** Repeats a step until it answers something other than undefined; synchronously for as long as the step does. */
export function until<T>(step: () => Later<T | undefined>): Later<T> {
  for (;;) {
    const answer = step();
    if (answer instanceof Promise) return untilLater(answer, step);
    if (answer !== undefined) return answer;
  }
}

async function untilLater<T>(first: Promise<T | undefined>, step: () => Later<T | undefined>): Promise<T> {
  let answer = await first;
  while (answer === undefined) answer = await step();
  return answer;
}

/** What `fn` does for each item, one after the other. */
export const inOrder = <T>(items: readonly T[], fn: (item: T, i: number) => Later<void> | undefined): Later<void> =>
  items.reduce<Later<void>>((before, item, i) => after(before, () => fn(item, i)), undefined);

/** All values of a list, at once if all are there. */
export const all = <T>(values: readonly Later<T>[]): Later<readonly T[]> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
