// The code of a worker, as text: it needs no imports and no files. It receives the compiled module and the memory and stays in WASM.

/**
 * Runs in the worker with a ThreadStart: instantiates the kernels, fills the table, enters the pool. Kept self-contained, since its text is
 * shipped.
 */
export const enterPool = `function enterPool({ module, memory, kernels, scratch, pool }, ready) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() { throw new Error("kernel aborted"); } } });
  const first = exports.table.grow(kernels.length);
  kernels.forEach((name, i) => exports.table.set(first + i, exports[name]));
  exports.setThreadScratch(scratch);
  ready();
  while (exports.work(pool));
}`;

/** The script of a page's worker. */
export const pageWorker = `${enterPool}
onmessage = ({ data }) => enterPool(data, () => postMessage("ready"));
`;
