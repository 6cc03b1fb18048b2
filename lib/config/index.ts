// Table of contents: what classes with options and their families use.

export * from "./callable.js";
export * from "./attributes.js";
export * from "./configured.js";
export * from "./custom-objects.js";
export * from "./dtype-policy.js";
export * from "./quantized-policy.js";
export * from "./dtype-policy-map.js";
export * from "./family.js";
export * from "./field.js";
export * from "./fields.js";
export * from "./json.js";
export * from "./names.js";
export * from "./registry.js";
export * from "./schema.js";
export * from "./serialization.js";
export * from "./settings.js";
import "./special-forms.js";
