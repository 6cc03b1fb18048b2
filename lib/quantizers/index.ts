// Table of contents of keras.quantizers.

export * from "./configs.js";
export { computeFloat8AmaxHistory, computeFloat8Scale, quantizeAndDequantize } from "./float8.js";
export { deserialize, get, serialize } from "./identifiers.js";
export { packInt2, packInt4, packTernary, unpackInt2, unpackInt4, unpackTernary } from "./packing.js";
export { absMaxQuantize, absMaxQuantizeGroupedWithZeroPoint, fakeQuantWithMinMaxVars } from "./quantize.js";
export { AbsMaxQuantizer, Quantizer } from "./quantizer.js";
export { QuantizationReport } from "./report.js";
