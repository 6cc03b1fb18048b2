// The whole WASM surface. One line per module; its exported kernels get a table slot each, in this order.

export * from "./abi";
export * from "./program";
export * from "./indexing/copy";
