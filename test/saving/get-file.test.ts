// keras.utils.getFile against a server of our own: fetched once, checked, unpacked, kept.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { AddressInfo } from "node:net";
import t from "tap";
import * as tf from "../../lib/index.js";
import { writeZip } from "../../lib/formats/zip.js";

const { getFile } = tf.keras.utils;
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A tar archive of text files. */
function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytesOf(text).length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("0", 156);
    header.write("ustar\0", 257);
    return [header, Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)])];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const zip = Buffer.concat([
  ...writeZip(
    [
      ["a.txt", "one"],
      ["folder/b.txt", "two"],
    ].map(([name, text]) => ({ name: name!, content: [bytesOf(text!)] })) as never,
  ),
]);
const files: Record<string, Uint8Array> = {
  "/data.csv": bytesOf("1,2,3"),
  "/set.zip": zip,
  "/set.tar.gz": gzipSync(tar({ "a.txt": "one", "folder/b.txt": "two" })),
  "/evil.tar": tar({ "../out.txt": "no" }),
};
let requests = 0;
const server = createServer((request, response) => {
  requests++;
  const file = files[new URL(request.url!, "http://localhost").pathname];
  response.writeHead(file ? 200 : 404).end(file);
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
t.teardown(() => server.close());
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const newCache = () => mkdtempSync(join(tmpdir(), "get-file-"));
const sha256 = createHash("sha256").update("1,2,3").digest("hex");
const md5 = createHash("md5").update("1,2,3").digest("hex");

t.test("a file is fetched once, and its hash is checked", async (t) => {
  const cacheDir = newCache();
  requests = 0;
  for (const options of [{}, { fileHash: sha256 }, { md5Hash: md5 }, { fileHash: md5, hashAlgorithm: "md5" as const }]) {
    const path = await getFile("data.csv", `${base}/data.csv`, { cacheDir, ...options });
    t.equal(path, `${cacheDir}/datasets/data.csv`);
    t.equal(readFileSync(path, "utf8"), "1,2,3");
  }
  t.equal(requests, 1);
  await getFile(null, `${base}/data.csv?v=1`, { cacheDir, cacheSubdir: "other" });
  t.ok(existsSync(`${cacheDir}/other/data.csv`));
  await getFile("data.csv", `${base}/data.csv`, { cacheDir, forceDownload: true });
  t.equal(requests, 3);
  const named = await getFile({ fname: "named.csv", origin: `${base}/data.csv`, cacheDir, fileHash: sha256 });
  t.equal(named, `${cacheDir}/datasets/named.csv`, "all by name");
  await t.rejects(getFile({ fname: 3, origin: base } as never), { name: "ArgumentError", message: /fname: given 3/ });
  await t.rejects(getFile({ origin: base, hash: "0" } as never), { message: /hash/ });
});

t.test("a kept file with another hash is fetched anew; a wrong one is refused and not kept", async (t) => {
  const cacheDir = newCache();
  const path = await getFile("data.csv", `${base}/data.csv`, { cacheDir });
  writeFileSync(path, "damaged");
  await getFile("data.csv", `${base}/data.csv`, { cacheDir, fileHash: sha256 });
  t.equal(readFileSync(path, "utf8"), "1,2,3");
  await t.rejects(getFile("x.csv", `${base}/data.csv`, { cacheDir, fileHash: "0".repeat(64) }), { name: "ValueError" });
  t.notOk(existsSync(`${cacheDir}/datasets/x.csv`));
});

t.test("archives are unpacked beside where they lie", async (t) => {
  const cacheDir = newCache();
  const cases = [
    [await getFile("set.zip", `${base}/set.zip`, { cacheDir, extract: true }), "set_extracted"],
    [await getFile(null, `${base}/set.tar.gz`, { cacheDir, extract: true }), "set.tar.gz"],
    [await getFile("tarred", `${base}/set.tar.gz`, { cacheDir, untar: true }), "tarred"],
  ] as const;
  for (const [path, name] of cases) {
    t.equal(path, `${cacheDir}/datasets/${name}`);
    t.strictSame([readFileSync(join(path, "a.txt"), "utf8"), readFileSync(join(path, "folder/b.txt"), "utf8")], ["one", "two"]);
  }
  await t.rejects(getFile("evil.tar", `${base}/evil.tar`, { cacheDir, extract: true }), { name: "ValueError" });
  t.notOk(existsSync(`${cacheDir}/datasets/out.txt`));
});

t.test("what is missing or no name is an error", async (t) => {
  const cacheDir = newCache();
  await t.rejects(getFile("a", `${base}/none`, { cacheDir }), { name: "StateError" });
  await t.rejects(getFile("../a", `${base}/data.csv`, { cacheDir }), { name: "ValueError" });
  await t.rejects(getFile(null, `${base}/`, { cacheDir }), { name: "ValueError" });
  await t.rejects(getFile("a"), { name: "ArgumentError" });
  await t.rejects(getFile("a", `${base}/data.csv`, { cachedir: "x" } as never), { name: "ArgumentError" });
});
