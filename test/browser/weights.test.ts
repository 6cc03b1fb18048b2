// Published weights in a page: fetched once, checked, kept in its private file system, and there in the next visit without the net.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { make, setFormulaWeights } from "../applications/facts.js";
import { chromiumPath, launchChromium, openPage } from "../support/chromium.js";
import { installPacked } from "../support/packed.js";
import { servePage } from "../support/page-server.js";

t.setTimeout(240_000); // a browser on a busy machine

const name = "mobilenet_2_5_128_tf_no_top.h5";
const path = `/mirror/tensorflow/keras-applications/mobilenet/${name}`;

if (!chromiumPath) t.plan(0, "no Chromium here");
else
  t.test("weights: imagenet in a page", async (t) => {
    const model = await make("MobileNet", { alpha: 0.25, input_shape: [128, 128, 3], include_top: false } as never);
    setFormulaWeights(model, 1);
    const made = join(t.testdir(), "made.h5");
    await model.save(made, { includeOptimizer: false });
    const bytes = readFileSync(made);
    const hash = createHash("md5").update(bytes).digest("hex");
    const x = tf.linspace(-1, 1, 128 * 128 * 3).reshape([1, 128, 128, 3]);
    const wanted = Array.from((model(x) as tf.Tensor).data());

    const installed = await installPacked();
    t.teardown(installed.remove);
    const files = new Map<string, Uint8Array>([[path, bytes]]);
    const server = await servePage(installed.home, { isolated: false, files });
    t.teardown(server.close);
    const browser = await launchChromium();
    t.teardown(() => browser.close());
    const { page } = await openPage(browser, server.url);
    const asked: string[] = [];
    page.on("request", (request) => request.url().includes("/mirror/") && asked.push(new URL(request.url()).pathname));

    const predicted = (hash: string) =>
      page.evaluate(
        async ([name, hash]) => {
          const tf = (await import("kerasm" as string)) as typeof import("../../lib/index.js");
          const { applications } = tf.keras;
          applications.setWeightsSource({ baseUrl: `${location.origin}/mirror`, hashes: { [name!]: hash! } });
          try {
            const model = await applications.MobileNet({ alpha: 0.25, inputShape: [128, 128, 3], includeTop: false, weights: "imagenet" });
            const x = tf.linspace(-1, 1, 128 * 128 * 3).reshape([1, 128, 128, 3]);
            return {
              values: Array.from((model(x) as import("../../lib/index.js").Tensor).data()),
              cacheDir: applications.weightsSource().cacheDir,
            };
          } catch (error) {
            return { message: (error as Error).message };
          }
        },
        [name, hash],
      );

    t.match((await predicted("0".repeat(32))).message, /Nothing was kept/, "another file is refused");
    const first = await predicted(hash);
    t.equal(first.cacheDir, "opfs://kerasm-models");
    const isNear = first.values!.length === wanted.length && first.values!.every((value, i) => Math.abs(value - wanted[i]!) < 1e-4);
    t.ok(isNear, "what Node computes, whose build may round otherwise");
    t.strictSame(asked, [path, path]);
    const size = await page.evaluate(async (name) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("kerasm-models");
      return (await (await folder.getFileHandle(name)).getFile()).size;
    }, name);
    t.equal(size, bytes.length, "the file is kept as it came");

    files.clear();
    await page.reload();
    t.strictSame((await predicted(hash)).values, first.values, "the next visit has it, and the net is not asked");
    t.equal(asked.length, 2);
    t.match((await predicted("1".repeat(32))).message, /Put the file of .* into opfs:\/\/kerasm-models/, "what does not fit is not used");
  });
