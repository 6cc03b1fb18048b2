// Keyword arguments as Python writes them, as options.

import { toCamelCase } from "../../lib/config/names.js";

export const optionsOf = (kwargs: object): object =>
  Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [toCamelCase(key), value as unknown]));
