// The same as known.ts, for those who wait for it: a module that is imported at once here and lazily there is no file of its own.

export { known } from "./known.js";
