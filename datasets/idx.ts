// IDX, the format of the MNIST family.

export { parseIdx } from "../lib/api/data-files.js";
