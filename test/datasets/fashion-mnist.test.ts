import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import t from "tap";
import { fashionMnist } from "../../datasets/index.js";
import { parseIdx } from "../../datasets/idx.js";
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
