// keras.backend.

export { isFloatDtype, isIntDtype, standardizeDtype } from "../config/dtypes.js";
export { resultType } from "../ops/promotion.js";
export { clearSession } from "./clear-session.js";
export { getUid } from "../config/names.js";
export { backend } from "../config/process.js";
export { epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from "../config/settings.js";
export { isKerasTensor } from "../layers/functional/keras-tensor.js";
export * from "./older-backend.js";
