// The lower-case names of constraints: `keras.constraints.maxNorm(3)` makes one without `new`.

import { withoutNew } from "../config/without-new.js";
import { MaxNorm } from "./max-norm.js";
import { MinMaxNorm } from "./min-max-norm.js";
import { NonNeg } from "./non-neg.js";
import { UnitNorm } from "./unit-norm.js";

/** The same as `new MaxNorm(…)`. */
export const maxNorm = withoutNew(MaxNorm);
/** The same as `new MinMaxNorm(…)`. */
export const minMaxNorm = withoutNew(MinMaxNorm);
/** The same as `new NonNeg(…)`. */
export const nonNeg = withoutNew(NonNeg);
/** The same as `new UnitNorm(…)`. */
export const unitNorm = withoutNew(UnitNorm);
