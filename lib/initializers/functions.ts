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

/**
 * The same as `new Constant(…)`.
 *
 * ```ts
 * keras.initializers.constant({ value: 3 })([2]); // [3, 3]
 * ```
 */
export const constant = withoutNew(Constant);
/**
 * The same as `new GlorotNormal(…)`.
 *
 * ```ts
 * keras.initializers.glorotNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const glorotNormal = withoutNew(GlorotNormal);
/**
 * The same as `new GlorotUniform(…)`.
 *
 * ```ts
 * keras.initializers.glorotUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const glorotUniform = withoutNew(GlorotUniform);
/**
 * The same as `new HeNormal(…)`.
 *
 * ```ts
 * keras.initializers.heNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const heNormal = withoutNew(HeNormal);
/**
 * The same as `new HeUniform(…)`.
 *
 * ```ts
 * keras.initializers.heUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const heUniform = withoutNew(HeUniform);
/**
 * The same as `new Identity(…)`.
 *
 * ```ts
 * keras.initializers.identity()([2, 2]); // [[1, 0], [0, 1]]
 * ```
 */
export const identity = withoutNew(Identity);
/**
 * The same as `new LecunNormal(…)`.
 *
 * ```ts
 * keras.initializers.lecunNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const lecunNormal = withoutNew(LecunNormal);
/**
 * The same as `new LecunUniform(…)`.
 *
 * ```ts
 * keras.initializers.lecunUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const lecunUniform = withoutNew(LecunUniform);
/**
 * The same as `new Ones(…)`.
 *
 * ```ts
 * keras.initializers.ones()([2]); // [1, 1]
 * ```
 */
export const ones = withoutNew(Ones);
/**
 * The same as `new Orthogonal(…)`.
 *
 * ```ts
 * keras.initializers.orthogonal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const orthogonal = withoutNew(Orthogonal);
/**
 * The same as `new RandomNormal(…)`.
 *
 * ```ts
 * keras.initializers.randomNormal({ mean: 5, stddev: 0, seed: 1 })([2]); // [5, 5]
 * ```
 */
export const randomNormal = withoutNew(RandomNormal);
/**
 * The same as `new RandomUniform(…)`.
 *
 * ```ts
 * keras.initializers.randomUniform({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const randomUniform = withoutNew(RandomUniform);
/**
 * The same as `new STFT(…)`.
 *
 * ```ts
 * keras.initializers.stft()([4, 1, 6]).shape; // [4, 1, 6]
 * ```
 */
export const stft = withoutNew(STFT);
/**
 * The same as `new TruncatedNormal(…)`.
 *
 * ```ts
 * keras.initializers.truncatedNormal({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const truncatedNormal = withoutNew(TruncatedNormal);
/**
 * The same as `new VarianceScaling(…)`.
 *
 * ```ts
 * keras.initializers.varianceScaling({ seed: 1 })([2, 3]).shape; // [2, 3]
 * ```
 */
export const varianceScaling = withoutNew(VarianceScaling);
/**
 * The same as `new Zeros(…)`.
 *
 * ```ts
 * keras.initializers.zeros()([2]); // [0, 0]
 * ```
 */
export const zeros = withoutNew(Zeros);
