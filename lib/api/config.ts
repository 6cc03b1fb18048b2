// keras.config.

export * from "../config/process.js";
export * from "../config/settings.js";
export { defaultDtypePolicy as dtypePolicy, setDtypePolicy } from "../config/dtype-policy.js";
export { setBackend } from "./absent-names.js";
