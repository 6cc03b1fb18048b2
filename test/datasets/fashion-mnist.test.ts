import { createServer } from "node:http";
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import t from "tap";
import { fashionMnist } from "../../datasets/index.js";
import { parseIdx } from "../../datasets/idx.js";
import * as datasets from "../../lib/data/known/index.js";
import { readAsset } from "../../lib/data/asset.js";
import { repository } from "../support/sources.js";

const shipped = join(repository, "datasets/fashion-mnist");

t.test("loads the official images and labels, in the official order", async (t) => {
  const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
  t.strictSame([trainX.shape, trainX.dtype], [[60000, 28, 28], "uint8"]);
  t.strictSame([trainY.shape, trainY.dtype], [[60000], "uint8"]);
  t.strictSame([testX.shape, testY.shape], [[10000, 28, 28], [10000]]);
  t.strictSame([...trainY.data().slice(0, 5)], [9, 0, 0, 3, 0]);
  const perClass = Array.from({ length: 10 }, () => 0);
  for (const label of testY.data()) perClass[label]!++;
  t.strictSame(
    perClass,
    Array.from({ length: 10 }, () => 1000),
  );
  const raw = gunzipSync(await readFile(join(shipped, "t10k-images-idx3-ubyte.gz")));
  t.ok(raw.subarray(16).equals(testX.data() as Uint8Array));
  const [[kerasX, kerasY], [, kerasTestY]] = await datasets.fashionMnist.loadData({ path: shipped });
  t.strictSame([kerasX.shape, kerasX.dtype, kerasY.shape], [trainX.shape, "uint8", [60000]]);
  t.ok(Buffer.from(kerasTestY.data().buffer).equals(Buffer.from(testY.data().buffer)), "keras.datasets reads the same files");
  await t.rejects(datasets.fashionMnist.loadData({ path: tmpdir() }), {
    message: /fashionMnist\.loadData: given the path.*expected a file/,
  });
  t.equal(fashionMnist.classNames.length, 10);
  t.equal(fashionMnist.classNames[9], "Ankle boot");
});

t.test("says which file is missing, cut short or another one", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kerasm-data-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const baseUrl = pathToFileURL(folder);
  await t.rejects(fashionMnist.loadData({ baseUrl }), { name: "ValueError", message: /idx\d-ubyte\.gz.*expected a file that can be read/ });

  await cp(shipped, folder, { recursive: true });
  await t.resolves(fashionMnist.loadData({ baseUrl }));

  const labels = join(folder, "t10k-labels-idx1-ubyte.gz");
  await truncate(labels, 3000);
  await t.rejects(fashionMnist.loadData({ baseUrl }), { name: "ValueError", message: /t10k-labels-idx1-ubyte\.gz.*no complete gzip file/ });

  const content = gunzipSync(await readFile(join(shipped, "t10k-labels-idx1-ubyte.gz")));
  content[100]! ^= 1;
  await writeFile(labels, gzipSync(content));
  await t.rejects(fashionMnist.loadData({ baseUrl }), { name: "ValueError", message: /t10k-labels-idx1-ubyte\.gz.*content with SHA-256/ });
});

t.test("servers: an HTML answer, Content-Encoding, and what is no server at all are told apart", async (t) => {
  const content = await readFile(join(shipped, "t10k-labels-idx1-ubyte.gz"));
  const answers: Record<string, { type: string; body: Buffer | string; encoding?: string }> = {
    "/page.gz": { type: "text/html", body: "\n<!DOCTYPE html><title>none</title>" },
    "/plain.gz": { type: "application/gzip", body: content },
    "/decoded.gz": { type: "application/octet-stream", body: content, encoding: "gzip" },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url!];
    if (!answer) return void response.writeHead(404).end();
    if (answer.encoding) response.setHeader("Content-Encoding", answer.encoding);
    response.setHeader("Content-Type", answer.type).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const raw = gunzipSync(content);
  for (const path of ["/plain.gz", "/decoded.gz"]) t.ok(raw.equals(await readAsset(at(path))), path);
  await t.rejects(readAsset(at("/page.gz")), { name: "ValueError", message: /an HTML page.*baseUrl/s });
  await t.rejects(readAsset(at("/none.gz")), { name: "ValueError", message: /the server answered 404/ });
});

t.test("options: a relative folder, progress, and nothing that is not known", async (t) => {
  const told: { loaded: number; total: number }[] = [];
  const baseUrl = relative(process.cwd(), shipped);
  await fashionMnist.loadData({ baseUrl, progress: (each) => void told.push(each) });
  t.equal(told.at(-1)!.loaded, told.at(-1)!.total);
  let [sum, names] = [0, 0];
  for (const name of await readdir(shipped))
    if (name.endsWith(".gz")) [sum, names] = [sum + (await stat(join(shipped, name))).size, names + 1];
  t.equal(told[0]!.total, sum);
  t.equal(names, 4);
  await t.rejects(fashionMnist.loadData({ baseUrl: "" }), { message: /baseUrl/ });
  await t.rejects(fashionMnist.loadData({ progres: () => {} } as never), { message: /progres/ });
});

t.test("IDX is checked before it is believed", async (t) => {
  const idx = (...bytes: number[]) => new Uint8Array(bytes);
  const good = parseIdx(idx(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9));
  t.strictSame([good.shape, good.dtype, good.array()], [[2, 1], "uint8", [[7], [9]]]);
  t.throws(() => parseIdx(idx()), /begins with \[\]/);
  t.throws(() => parseIdx(idx(31, 139, 8, 0)), /begins with \[31, 139, 8, 0\]; expected \[0, 0, 8, rank\]/);
  t.throws(() => parseIdx(idx(0, 0, 13, 1, 0, 0, 0, 0)), /begins with \[0, 0, 13, 1\]/);
  t.throws(() => parseIdx(idx(0, 0, 8, 2, 0, 0, 0, 2)), /and 2 lengths/);
  t.throws(() => parseIdx(idx(0, 0, 8, 1, 0, 0, 0, 3, 1, 2)), /given 2 elements; expected 3 for the shape \[3\]/);
});
