// Which of a namespace's names are classes: `keras.losses.MSE` is a function in capitals.

/** Whether a value is a class. */
export const isClass = (value: unknown): boolean =>
  typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
