// What takes a process of its own, or a part of an epoch: as npm start trains, on as many images as it does, but from tensors.

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

const IMAGES = 60_000;
const BATCH = 32;
/** A tenth of the 1875 steps of an epoch. */
const STEPS = 188;

export const processes: readonly Case[] = [
  {
    name: "from import to the end of the first training step, cnn batch 32",
    quick: true,
    ours: (threads) => ({ name: "ours", time: () => firstStep(threads) }),
    peers: { torch: { run: 'return milliseconds_of("first_step.py", "cnn", 32, threads)' } },
  },
  {
    name: "a tenth of an epoch (188 of 1875 steps) over 60,000 shuffled images, cnn batch 32",
    work: { flops: 3 * networks.cnn.flops * BATCH * STEPS },
    once: true,
    async ours() {
      const model = compiled("cnn");
      const [x, y] = samples(networks.cnn, IMAGES);
      const epoch = (stepsPerEpoch: number) => model.fit(x, y, { batchSize: BATCH, stepsPerEpoch, epochs: 1, verbose: 0 });
      await epoch(STEPS >> 2);
      return () => epoch(STEPS);
    },
    peers: {
      torch: {
        setup: `import models\nmodels.epoch("cnn", ${IMAGES}, ${BATCH}, ${STEPS >> 2})()\ntrain = models.epoch("cnn", ${IMAGES}, ${BATCH}, ${STEPS})`,
        run: "train()",
      },
    },
  },
];
