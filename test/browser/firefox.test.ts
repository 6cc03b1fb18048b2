// The packed files in Firefox: the same bits as here, with threads where the page is isolated and without where it is not.

import { setTimeout } from "node:timers/promises";
import t from "tap";
import * as datasets from "../../datasets/index.js";
import * as tf from "../../lib/index.js";
import { firefoxPath, openInFirefox } from "../support/firefox.js";
import { trainMlp, type Trained } from "../support/mlp.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";

const steps = 40;

interface Found {
  readonly agent: string;
  readonly isolated: boolean;
  readonly threads: number;
  readonly gradient: number;
  /** After `steps / 2` steps and a checkpoint in IndexedDB, then the rest by another object. */
  readonly trained: Trained;
  /** What a fit had done when its signal stopped it in the midst of the second epoch. */
  readonly stopped: { readonly batches: number; readonly epochs: number };
  readonly error?: string;
}

/** What the page does, as text. */
const script = `
  const post = (found) => fetch("/posted", { method: "POST", body: JSON.stringify(found) });
  try {
    const [tf, datasets] = await Promise.all([import("kerasm"), import("kerasm/datasets")]);
    const x = tf.variable(3);
    const tape = new tf.GradientTape();
    const y = tape.record(() => tf.square(x.value()));
    const gradient = tape.gradient(y, x).item();
    const { threads } = tf.config.get();
    const train = ${trainMlp.toString()};
    const checkpoints = "indexeddb://mlp";
    await train({ tf, datasets }, { steps: ${steps / 2}, checkpoints });
    const trained = await train({ tf, datasets }, { steps: ${steps / 2}, checkpoints });
    const { keras } = tf, controller = new AbortController();
    const model = new keras.Sequential([new keras.Input({ shape: [4] }), new keras.layers.Dense(1)]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    let batches = 0;
    const told = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => void (++batches === 7 && controller.abort()) });
    const how = { batchSize: 8, epochs: 10, verbose: 0, callbacks: [told], signal: controller.signal };
    const { history } = await model.fit(tf.ones([32, 4]), tf.ones([32, 1]), how);
    const stopped = { batches, epochs: history.loss.length };
    await post({ agent: navigator.userAgent, isolated: crossOriginIsolated, threads, gradient, trained, stopped });
  } catch (error) {
    await post({ error: String(error?.stack ?? error) });
  }`;

if (!firefoxPath) t.plan(0, "no Firefox here");
else {
  const installed = await installPacked();
  t.teardown(installed.remove);
  const here = await trainMlp({ tf, datasets }, { steps });
  for (const isolated of [true, false])
    t.test(`${isolated ? "with" : "without"} cross-origin isolation`, async (t) => {
      const server = await servePage(installed.home, { isolated, script });
      t.teardown(server.close);
      t.teardown(await openInFirefox(server.url));
      const late = setTimeout(120_000, '{ "error": "the page did not report within two minutes" }', { ref: false });
      const found = JSON.parse(await Promise.race([server.posted, late])) as Found;
      t.equal(found.error, undefined);
      t.match(found.agent, /Firefox/);
      t.equal(found.isolated, isolated);
      if (!isolated) t.equal(found.threads, 1);
      t.equal(found.gradient, 6);
      t.equal(found.trained.step, steps, "the checkpoint was restored");
      t.equal(found.trained.weights, here.weights);
      t.equal(found.stopped.batches, 7, "no batch after the signal");
      t.ok(found.stopped.epochs >= 1 && found.stopped.epochs <= 2, `the history so far: ${found.stopped.epochs}`);
    });
}
