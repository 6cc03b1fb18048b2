// Whether something is a Dataset, without the class: who only asks does not load all of its stages.

import type { Dataset } from "./dataset.js";
import { nested } from "./structure.js";

export const isDataset = (value: unknown): value is Dataset<unknown> => typeof value === "object" && value !== null && nested in value;
