// The lower-case names of initializers: `keras.initializers.zeros()` makes one without `new`.

import { withoutNew } from "../config/without-new.js";
import { Constant } from "./constant.js";
import { GlorotNormal } from "./glorot-normal.js";
import { GlorotUniform } from "./glorot-uniform.js";
import { HeNormal } from "./he-normal.js";
import { HeUniform } from "./he-uniform.js";
import { Identity } from "./identity.js";
import { LecunNormal } from "./lecun-normal.js";
import { LecunUniform } from "./lecun-uniform.js";
import { Ones } from "./ones.js";
import { Orthogonal } from "./orthogonal.js";
import { RandomNormal } from "./random-normal.js";
import { RandomUniform } from "./random-uniform.js";
import { STFT } from "./stft.js";
import { TruncatedNormal } from "./truncated-normal.js";
import { VarianceScaling } from "./variance-scaling.js";
import { Zeros } from "./zeros.js";

/** The same as `new Constant(…)`. */
export const constant = withoutNew(Constant);
/** The same as `new GlorotNormal(…)`. */
export const glorotNormal = withoutNew(GlorotNormal);
/** The same as `new GlorotUniform(…)`. */
export const glorotUniform = withoutNew(GlorotUniform);
/** The same as `new HeNormal(…)`. */
export const heNormal = withoutNew(HeNormal);
/** The same as `new HeUniform(…)`. */
export const heUniform = withoutNew(HeUniform);
/** The same as `new Identity(…)`. */
export const identity = withoutNew(Identity);
/** The same as `new LecunNormal(…)`. */
export const lecunNormal = withoutNew(LecunNormal);
/** The same as `new LecunUniform(…)`. */
export const lecunUniform = withoutNew(LecunUniform);
/** The same as `new Ones(…)`. */
export const ones = withoutNew(Ones);
/** The same as `new Orthogonal(…)`. */
export const orthogonal = withoutNew(Orthogonal);
/** The same as `new RandomNormal(…)`. */
export const randomNormal = withoutNew(RandomNormal);
/** The same as `new RandomUniform(…)`. */
export const randomUniform = withoutNew(RandomUniform);
/** The same as `new STFT(…)`. */
export const stft = withoutNew(STFT);
/** The same as `new TruncatedNormal(…)`. */
export const truncatedNormal = withoutNew(TruncatedNormal);
/** The same as `new VarianceScaling(…)`. */
export const varianceScaling = withoutNew(VarianceScaling);
/** The same as `new Zeros(…)`. */
export const zeros = withoutNew(Zeros);
