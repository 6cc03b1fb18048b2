// Sources that come from elsewhere: Web Streams, servers, worker threads. Who leaves early cancels what would still come.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import t from "tap";
import * as tf from "../../lib/index.js";
import { awaited, later, upTo } from "../support/elements.js";

t.setTimeout(600_000);

const { Dataset } = tf.data;

/** A stream of so many values, and what became of it. */
function streamOf<T>(values: readonly T[]) {
  const seen = { cancelled: false, pulled: 0 };
  const stream = new ReadableStream<T>(
    {
      pull(controller) {
        if (seen.pulled < values.length) controller.enqueue(values[seen.pulled++]!);
        else controller.close();
      },
      cancel: () => void (seen.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

/** What stands in for a stream where those can't be walked: some browsers. */
const withoutIteration = <T>(stream: ReadableStream<T>): ReadableStream<T> =>
  ({ getReader: () => stream.getReader(), cancel: () => stream.cancel() }) as unknown as ReadableStream<T>;

t.test("a stream of values is a dataset, with or without the iteration of streams", async (t) => {
  for (const form of [<T>(stream: ReadableStream<T>) => stream, withoutIteration]) {
    const whole = streamOf(upTo(5));
    t.strictSame(await awaited(Dataset.fromGenerator(form(whole.stream) as AsyncIterable<number>).batch(2)), [[0, 1], [2, 3], [4]]);
    const left = streamOf(upTo(5));
    for await (const _ of Dataset.fromGenerator(() => form(left.stream) as AsyncIterable<number>).map((i) => i)) break;
    t.ok(left.seen.cancelled, "who leaves cancels it");
    t.equal(left.seen.pulled, 1);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new RangeError("cut off")) });
    await t.rejects(awaited(Dataset.fromGenerator(form(broken) as AsyncIterable<number>)), {
      stage: "Dataset.fromGenerator",
      element: 0,
      cause: { message: "cut off" },
    });
  }
});

t.test("files that are streams and Blobs", async (t) => {
  const text = new TextEncoder();
  const lines = streamOf([text.encode("a\nb"), text.encode("c\r\n"), text.encode("d")]);
  t.strictSame(await awaited(new tf.data.TextLineDataset(lines.stream as never)), ["a", "bc", "d"]);
  t.strictSame(await awaited(new tf.data.TextLineDataset(new Blob(["x\ny\n"]) as never)), ["x", "y"]);
});

t.test("what a server sends is read as it comes, and let go", async (t) => {
  let closed = 0;
  const server = createServer((request, response) => {
    if (request.url === "/missing") return void response.writeHead(404).end();
    response.on("close", () => closed++);
    if (request.url === "/short") return void response.end("1\n2\n3\n");
    const timer = setInterval(() => response.write("line\n"), 1);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => void (server.closeAllConnections(), server.close()));
  const at = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
  t.strictSame(await awaited(new tf.data.TextLineDataset(at("short")).map((line) => tf.strings.toNumber(line))), [1, 2, 3]);
  t.strictSame(await awaited(new tf.data.TextLineDataset(at("endless")).take(3)), ["line", "line", "line"]);
  const lines: unknown[] = [];
  for await (const line of new tf.data.TextLineDataset(at("endless"))) if (lines.push(line) === 2) break;
  const body = async function* () {
    const response = await fetch(at("short"));
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) yield chunk;
  };
  t.strictSame((await awaited(Dataset.fromGenerator(body))).join(""), "1\n2\n3\n");
  for (let turns = 0; closed < 4 && turns < 2000; turns++) await later(null);
  t.equal(closed, 4, "no answer is left open");
  await t.rejects(awaited(new tf.data.TextLineDataset(at("missing"))), /missing/);
});

t.test("a worker thread sends elements", async (t) => {
  const script = `const { parentPort } = require("node:worker_threads");
    let i = 0;
    parentPort.on("message", () => parentPort.postMessage(i < 4 ? new Float32Array([i, i++ + 1]) : null));`;
  let ended = 0;
  async function* fromWorker() {
    const worker = new Worker(script, { eval: true });
    try {
      for (;;) {
        const answer = new Promise<Float32Array | null>((resolve, reject) => worker.once("message", resolve).once("error", reject));
        worker.postMessage("next");
        const element = await answer;
        if (!element) return;
        yield element;
      }
    } finally {
      await worker.terminate();
      ended++;
    }
  }
  const dataset = Dataset.fromGenerator(fromWorker, { outputSignature: new tf.TensorSpec([2], "float32") }).prefetch(2);
  t.strictSame(
    await awaited(dataset),
    upTo(4).map((i) => [i, i + 1]),
  );
  for await (const _ of dataset) break;
  for (let turns = 0; ended < 2 && turns < 2000; turns++) await later(null);
  t.equal(ended, 2, "the thread ends with the iteration");
});
