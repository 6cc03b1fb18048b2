// keras.dtypePolicies.

export {
  deserializePolicy as deserialize,
  DTypePolicy,
  FloatDTypePolicy,
  getPolicy as get,
  serializePolicy as serialize,
} from "../config/dtype-policy.js";
