// The whole browser ends at once while a page saves checkpoints into its database, as on a machine that is switched off: what was saved is
// there when it is opened again, and whole.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import t from "tap";
import { chromiumPath, openInChromium } from "../support/chromium.js";
import { firefoxPath, openInFirefox } from "../support/firefox.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";

t.setTimeout(600_000);

const ROUNDS = 3;

interface Found {
  readonly error?: string;
  /** Of a page that saves: the checkpoint that is saved. */
  readonly saved?: number;
  /** Of one that looks: the different numbers in each checkpoint, their names, and which one it goes on from. */
  readonly numbers?: number[][];
  readonly names?: string[];
  readonly latest?: string | null;
}

/** Saves one checkpoint after the other, all of one has its number; or says what is there. */
const script = `
  const post = (found) => fetch("/posted", { method: "POST", body: JSON.stringify(found) });
  try {
    const tf = await import("kerasm");
    const w = tf.variable(tf.zeros([100000])), step = tf.variable(0);
    const checkpoint = new tf.train.Checkpoint({ w, step });
    const manager = new tf.train.CheckpointManager(checkpoint, "indexeddb://power", { maxToKeep: 3 });
    await manager.ready;
    const [, task, first] = location.hash.split("-");
    if (task === "look") {
      const names = [...manager.checkpoints], numbers = [];
      for (const path of names) {
        await checkpoint.restore(path);
        numbers.push([...new Set([...w.data(), step.item()])]);
      }
      await post({ numbers, names, latest: await manager.restoreOrInitialize() });
    } else
      for (let number = Number(first); ; number++) {
        w.assign(tf.fill([100000], number));
        step.assign(number);
        await manager.save({ checkpointNumber: number });
        await post({ saved: number });
      }
  } catch (error) {
    await post({ error: String(error?.stack ?? error) });
  }`;

const browsers = [
  ...(chromiumPath ? [{ name: "Chromium", open: openInChromium }] : []),
  ...(firefoxPath ? [{ name: "Firefox", open: openInFirefox }] : []),
];
if (browsers.length === 0) t.pass("no browser here");
else {
  const installed = await installPacked();
  t.teardown(installed.remove);
  for (const { name, open } of browsers)
    t.test(name, async (t) => {
      const posts: Found[] = [];
      const server = await servePage(installed.home, { isolated: false, script, told: (text) => posts.push(JSON.parse(text) as Found) });
      t.teardown(server.close);
      const profile = await mkdtemp(join(tmpdir(), "kerasm-power-"));
      t.teardown(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
      /** Waits for posts until they say what is asked for, two minutes at most. */
      const until = async <R>(answer: () => R | undefined): Promise<R> => {
        for (let i = 0; i < 6000; i++) {
          const failed = posts.find(({ error }) => error !== undefined);
          if (failed) throw new Error(failed.error);
          const found = answer();
          if (found !== undefined) return found;
          await setTimeout(20);
        }
        throw new Error("the page did not report within two minutes");
      };

      let next = 1;
      for (let round = 0; round < ROUNDS; round++) {
        posts.length = 0;
        const end = await open(`${server.url}#-save-${next}`, profile);
        await until(() => posts[2]);
        await setTimeout((round * 37) % 90); // anywhere in a save
        await end();
        const saved = posts.at(-1)!.saved!;

        posts.length = 0;
        const close = await open(`${server.url}#-look`, profile);
        const { numbers, names, latest } = (await until(() => posts[0])) as Required<Found>;
        await close();
        t.ok(
          numbers.every((inOne, i) => inOne.length === 1 && names[i]!.endsWith(`/ckpt-${inOne[0]}`)),
          `each is whole: ${JSON.stringify(numbers)}`,
        );
        t.equal(latest, names.at(-1));
        const last = numbers.at(-1)![0]!;
        t.ok(last >= saved && last <= saved + 1, `${last} is there, ${saved} was saved`);
        next = last + 1;
      }
    });
}
