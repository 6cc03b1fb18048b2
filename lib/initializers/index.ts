// Table of contents of keras.initializers.

export * from "./functions.js";
export { Constant } from "./constant.js";
export { GlorotNormal } from "./glorot-normal.js";
export { GlorotUniform } from "./glorot-uniform.js";
export { HeNormal } from "./he-normal.js";
export { HeUniform } from "./he-uniform.js";
export { deserialize, get, serialize } from "./identifiers.js";
export { Identity, Identity as IdentityInitializer } from "./identity.js";
export { Initializer, type InitializerCallOptions, type InitializerIdentifier, type InitializerLike } from "./initializer.js";
export { LecunNormal } from "./lecun-normal.js";
export { LecunUniform } from "./lecun-uniform.js";
export { Ones } from "./ones.js";
export { Orthogonal, Orthogonal as OrthogonalInitializer } from "./orthogonal.js";
export { RandomNormal } from "./random-normal.js";
export { RandomUniform } from "./random-uniform.js";
export { STFT, STFT as STFTInitializer } from "./stft.js";
export { TruncatedNormal } from "./truncated-normal.js";
export { VarianceScaling } from "./variance-scaling.js";
export { Zeros } from "./zeros.js";
