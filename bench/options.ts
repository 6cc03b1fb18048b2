import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface Options {
  /** Only cases whose name has this text or fits it as a regular expression. */
  readonly filter?: RegExp;
  /** A file for one JSON object a line. */
  readonly json?: string;
  /** Fewer cases and rounds: under a minute. */
  readonly quick: boolean;
  /** Milliseconds that each side of a case is timed for. */
  readonly budget: number;
  /** Numbers of threads to run every case with. */
  readonly threads: readonly number[];
  /** Time by the processor instead of the wall: for one thread on a machine that others use too. */
  readonly cpu: boolean;
  /** Ours with 256-bit operations, as `tf.config.set({ revectorize: true })` makes the engine do. */
  readonly revectorize: boolean;
  /** Names of the cases alone. */
  readonly list: boolean;
}

const usage = `npm run bench -- [options]

  --filter TEXT     only cases whose name fits this regular expression
  --json FILE       one object a line: case, peer, threads, ours_ms, peer_ms, ratio, limit_fraction, and the best times
  --quick           fewer cases and shorter rounds: under a minute
  --budget MS       how long each side of a case is timed (default: 600)
  --threads 1,2     numbers of threads (default: 1 and the number of cores)
  --cpu             time by the processor's clock, one thread only: for a machine that others use too
  --revectorize     ours with 256-bit operations (Node 24)
  --list            print the names of the cases

Peers: npm install --prefix bench (TensorFlow.js, jax-js), npm install (onnxruntime-web); a python3 that can import torch, and
one that can import PIL (KERASM_BENCH_PYTHON names others, as PATH does).
What is missing is reported and left out.`;

/** The options of the command line; null where the usage was asked for, which is printed then. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      filter: { type: "string" },
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      budget: { type: "string", default: "600" },
      threads: { type: "string" },
      cpu: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      revectorize: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return null;
  }
  const threads = values.threads?.split(",").map(Number) ?? [...new Set(values.cpu ? [1] : [1, availableParallelism()])];
  if (values.cpu && threads.join() !== "1") throw new Error(`--cpu with --threads ${values.threads}: expected one thread`);
  if (threads.some((count) => !Number.isInteger(count) || count < 1))
    throw new Error(`--threads ${values.threads}: expected numbers like 1,2`);
  const budget = Number(values.budget);
  if (!(budget >= 10)) throw new Error(`--budget ${values.budget}: expected milliseconds, at least 10`);
  const { json, quick, cpu, list, revectorize, filter } = values;
  return {
    quick,
    cpu,
    list,
    revectorize,
    budget,
    threads,
    ...(json !== undefined && { json }),
    ...(filter !== undefined && { filter: new RegExp(filter, "i") }),
  };
}
