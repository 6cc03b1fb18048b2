// `$ag`: what converted code calls (tools/autograph/convert.ts). It decides at run time: where a condition has a value, JavaScript goes on
// as it would; where it has none yet, both ways are recorded, by what tf.cond and tf.whileLoop record with.

import * as bits from "./bits.js";
import { choose, ifElse } from "./branches.js";
import { doLoop, forLoop, forOf, whileLoop } from "./loops.js";
import * as operators from "./operators.js";
import { and, none, not, or } from "./truth.js";

export const $ag = {
  ...operators,
  ...bits,
  and,
  or,
  not,
  none,
  choose,
  if: ifElse,
  while: whileLoop,
  for: forLoop,
  do: doLoop,
  forOf,
} as const;
