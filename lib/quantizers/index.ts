// Table of contents of keras.quantizers.

export { AbsMaxQuantizer, absMaxQuantize, absMaxQuantizeGroupedWithZeroPoint } from "./abs-max.js";
export { AWQConfig, GPTQConfig } from "./calibrated.js";
export {
  Float8QuantizationConfig,
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
  TernaryQuantizationConfig,
} from "./config.js";
export { fakeQuantWithMinMaxVars } from "./fake-quant.js";
export { computeFloat8AmaxHistory, computeFloat8Scale, quantizeAndDequantize } from "./float8.js";
export { deserialize, get, serialize } from "./identifiers.js";
export { packInt2, packInt4, packTernary, unpackInt2, unpackInt4, unpackTernary } from "./packing.js";
export { Quantizer } from "./quantizer.js";
export { QuantizationReport } from "./report.js";
