// The side of a JavaScript peer: the same orders as server.py takes. The first argument names the peer.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

const AsyncFunction = (async () => {}).constructor;

/** Each gives the names that a case's code may use, and wraps one call. */
const peers = {
  "tfjs-cpu": () => tensorflow("cpu"),
  "tfjs-wasm": () => tensorflow("wasm"),
  jax,
  ort,
};

async function tensorflow(backend) {
  console.log = console.warn = console.info = () => {};
  const tf = await import("@tensorflow/tfjs");
  if (backend === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
  await tf.ready();
  return { version: `TensorFlow.js ${tf.version_core} (${backend})`, scope: { tf }, wrap: (run) => () => tf.tidy(() => void run()) };
}

async function jax() {
  const jax = await import("@jax-js/jax");
  if (!(await jax.init("wasm")).includes("wasm")) throw new Error("no WebAssembly device");
  jax.defaultDevice("wasm");
  const { version } = createRequire(import.meta.url)("../node_modules/@jax-js/jax/package.json");
  const wrap = (run) => async () => jax.tree.dispose(await jax.blockUntilReady(run()));
  return { version: `jax-js ${version} (wasm)`, scope: { jax, np: jax.numpy }, wrap };
}

async function ort() {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = Number(process.env.OMP_NUM_THREADS);
  return { version: `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common} (wasm)`, scope: { ort }, wrap: (run) => run };
}

const now =
  process.env.KERASM_BENCH_CLOCK === "cpu"
    ? () => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000
    : () => performance.now();

let peer;
let run;

async function call(times) {
  for (let i = 0; i < times; i++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
}

async function answer({ do: what, setup, run: body, tries, calls, rehearsals }) {
  if (what === "version") return { version: peer.version };
  if (what === "define") {
    run = undefined;
    const names = Object.keys(peer.scope);
    const prepare = new AsyncFunction(...names, `${setup}\nreturn () => { ${body} };`);
    run = peer.wrap(await prepare(...Object.values(peer.scope)));
    if (tries) await run();
    return {};
  }
  await call(rehearsals);
  const begin = now();
  await call(calls);
  return { ms: (now() - begin) / calls };
}

const started = peers[process.argv[2]]().then((ready) => void (peer = ready));
started.catch(() => {});
for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    await started;
    reply = await answer(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error?.message ?? error).split("\n")[0] };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
