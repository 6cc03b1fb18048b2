// kerasm/autograph/runtime: what converted modules import.

export { $ag } from "../../lib/autograph/index.js";
