// keras.dtypePolicies.

export {
  deserializePolicy as deserialize,
  DTypePolicy,
  FloatDTypePolicy,
  getPolicy as get,
  serializePolicy as serialize,
} from "../config/dtype-policy.js";
export { DTypePolicyMap } from "../config/dtype-policy-map.js";
export {
  AWQDTypePolicy,
  GPTQDTypePolicy,
  Int4DTypePolicy,
  QuantizedDTypePolicy,
  QuantizedFloat8DTypePolicy,
  TernaryDTypePolicy,
} from "../config/quantized-policy.js";
