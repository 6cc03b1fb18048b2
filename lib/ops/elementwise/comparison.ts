import { kernels } from "../../generated/kernels.js";
import { binary, type Binary } from "./family.js";

/** Whether x1 = x2, bool. */
export const equal: Binary = binary({ name: "equal", kernels: { float32: kernels.equal_f32, int32: kernels.equal_i32 }, result: "bool" });

/** Whether x1 ≠ x2, bool. */
export const notEqual: Binary = binary({
  name: "not_equal",
  kernels: { float32: kernels.not_equal_f32, int32: kernels.not_equal_i32, bool: kernels.xor_u8 },
  result: "bool",
});

/** Whether x1 < x2, bool. */
export const less: Binary = binary({ name: "less", kernels: { float32: kernels.less_f32, int32: kernels.less_i32 }, result: "bool" });

/** Whether x1 ≤ x2, bool. */
export const lessEqual: Binary = binary({
  name: "less_equal",
  kernels: { float32: kernels.less_equal_f32, int32: kernels.less_equal_i32 },
  result: "bool",
});

/** Whether x1 > x2, bool. */
export const greater: Binary = (x1, x2) => less(x2, x1);

/** Whether x1 ≥ x2, bool. */
export const greaterEqual: Binary = (x1, x2) => lessEqual(x2, x1);
