// `kerasm doctor`: what this machine gives, and what to change.

import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { command, kerasm, Refusal, sizeText, table } from "./command.mjs";

const usage = `kerasm doctor [--json]

Tells what kerasm finds here (Node, threads, SIMD, memory), whether it computes right, and what would make it faster. For a page it tells
which headers its server has to send. Exit code 1 where something does not work.

  --json  one JSON object`;

/** What pages need for threads: shared memory is for isolated pages only. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export const run = command("doctor", usage, {}, async ({ positionals, say }) => {
  if (positionals.length > 0) throw new Refusal(`given ${positionals.join(" ")}; expected no path.`);
  const tf = await kerasm();
  const cores = availableParallelism();
  const sum = tf.matmul(tf.ones([64, 64]), tf.ones([64, 64]));
  const isRight = sum.data().every((value) => value === 64);
  const { threads, build, memoryBytes } = tf.config.get();
  const heapLimit = getHeapStatistics().heap_size_limit;
  const advice = [];
  if (!isRight) advice.push("A product of matrices is wrong here. Please report it with this output.");
  if (threads < cores)
    advice.push(`${threads} of ${cores} cores are used: KERASM_NUM_THREADS, or tf.config.set({ threads: ${cores} }), says how many.`);
  if (cores === 1) advice.push("There is one core: training runs on it alone.");
  if (freemem() < 1e9) advice.push(`${sizeText(freemem())} of memory are free: large models will make the machine swap.`);
  if (heapLimit < 2e9) advice.push("Node's heap may be small for large data sets: node --max-old-space-size=4096.");
  if (Number(process.versions.node.split(".")[0]) < 22) advice.push("Node 24 has a newer engine, which is faster in some kernels.");
  const found = {
    node: process.version,
    engine: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? "unknown",
    cores,
    threads,
    kernels: build === "relaxed" ? "relaxed SIMD" : "SIMD",
    sharedMemory: typeof SharedArrayBuffer === "function",
    kernelMemory: memoryBytes,
    freeMemory: freemem(),
    totalMemory: totalmem(),
    heapLimit,
    computes: isRight,
  };
  const shown = {
    ...found,
    kernelMemory: sizeText(memoryBytes),
    freeMemory: sizeText(found.freeMemory),
    totalMemory: sizeText(found.totalMemory),
    heapLimit: sizeText(heapLimit),
  };
  const page = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  say(
    [
      table(Object.entries(shown).map(([name, value]) => [name, String(value)])),
      advice.length > 0 ? advice.map((line) => `- ${line}`).join("\n") : "Nothing to change.",
      `In a page, threads need these headers of its server (globalThis.crossOriginIsolated is then true):\n${page.join("\n")}`,
    ].join("\n\n"),
    { ...found, advice, pageHeaders: headers },
  );
  if (!isRight) process.exitCode = 1;
});
