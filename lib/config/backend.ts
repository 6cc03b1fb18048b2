// keras.backend: a table of contents.

export { resultType } from "../ops/promotion.js";
export { resetNames as clearSession } from "./names.js";
export { epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from "./settings.js";
