// All that a model's config may name, whatever a bundler dropped: layers, operations. Comes with the first file.

import * as networks from "../applications/layers.js";
import { registerSecondNames } from "../layers/functional/registered-operations.js";
import * as layers from "../layers/index.js";
import * as ops from "../ops/index.js";

const all: readonly object[] = [layers, ops, networks];

/** Makes sure that they are there: nothing is dropped of what is looked at. @returns how many there are */
export function known(): number {
  registerSecondNames();
  return all.reduce((sum, each) => sum + Object.keys(each).length, 0);
}
