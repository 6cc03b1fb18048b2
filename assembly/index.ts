// The whole WASM surface. One line per module; its exported kernels get a table slot each, in this order.

export * from "./abi";
export * from "./program";
export * from "./elementwise/binary";
export * from "./elementwise/bytes";
export * from "./elementwise/cast";
export * from "./elementwise/compare";
export * from "./elementwise/fill";
export * from "./elementwise/integer";
export * from "./elementwise/unary";
export * from "./elementwise/where";
export * from "./indexing/copy";
export * from "./indexing/sort";
export * from "./indexing/strided";
export * from "./indexing/take";
export * from "./matmul/gemm";
export * from "./matmul/gemv";
export * from "./matmul/matmul-int32";
export * from "./normalization/batch";
export * from "./normalization/rows";
export * from "./normalization/softmax";
export * from "./optimizer/optimizers";
export * from "./random/random";
export * from "./reduce/arg";
export * from "./reduce/bytes";
export * from "./reduce/reductions";
export * from "./reduce/scan";
