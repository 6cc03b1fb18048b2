// What takes a process of its own, or a whole epoch.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Case } from "../harness/case.js";
import { repository } from "../harness/repository.js";
import { compiled, networks, samples } from "../networks.js";

/** The package as it ships, in a fresh process that tells its own time. */
async function firstStep(threads: number): Promise<number> {
  const env = { ...process.env, KERASM_NUM_THREADS: String(threads) };
  const { stdout } = await promisify(execFile)(process.execPath, [join(repository, "build/bench/first-step.js")], { env });
  return Number(stdout);
}

const SAMPLES = 60_000;

export const processes: readonly Case[] = [
  {
    name: "from import to the end of the first training step, cnn batch 32",
    quick: true,
    ours: (threads) => ({ name: "ours", time: () => firstStep(threads) }),
    peers: { torch: { run: 'return milliseconds_of("first_step.py", "cnn", 32, threads)' } },
  },
  {
    name: "epoch of fit, cnn batch 32, 60,000 images",
    work: { flops: 3 * networks.cnn.flops * SAMPLES },
    once: true,
    ours() {
      const model = compiled("cnn");
      const [x, y] = samples(networks.cnn, SAMPLES);
      const time = async () => {
        const begin = performance.now();
        await model.fit(x, y, { batchSize: 32, epochs: 1, verbose: 0 });
        return performance.now() - begin;
      };
      return { name: "ours", time };
    },
    peers: { torch: { setup: `import models\ntrain = models.epoch("cnn", ${SAMPLES}, 32)`, run: "train()" } },
  },
];
