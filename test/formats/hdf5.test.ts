// Our HDF5 against the HDF5 library: it reads what we write, and we read what it writes.

import h5wasm, { type Dataset, type Group } from "h5wasm/node";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import t from "tap";
import { joined } from "../../lib/formats/bytes.js";
import { readHdf5 } from "../../lib/formats/hdf5/reader.js";
import { type Hdf5Dataset, memberAt } from "../../lib/formats/hdf5/tree.js";
import { DatasetWriter, GroupWriter, writeHdf5 } from "../../lib/formats/hdf5/writer.js";
import { inflate } from "../../lib/formats/inflate.js";

await h5wasm.ready;

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

t.test("the library reads what we write", async (t) => {
  const root = new GroupWriter();
  const long = "{héllo} ".repeat(20_000);
  root.attributes.set("model_config", { utf8: long });
  root.group("a/b").attributes.set("weight_names", { ascii: ["x/y", "zz", ""] });
  root.group("none").attributes.set("weight_names", { ascii: [] });
  // As many that names take a tree of two levels.
  for (let i = 0; i < 700; i++) root.dataset(`optimizer/vars/${i}`, new DatasetWriter("float32", [2], floats(i, -i)));
  root.dataset("scalar", new DatasetWriter("int32", [], new Uint8Array(Int32Array.of(7).buffer)));
  root.dataset("empty", new DatasetWriter("float32", [0, 3], new Uint8Array(0)));
  root.dataset("flags", new DatasetWriter("bool", [3], Uint8Array.of(1, 0, 1)));
  root.dataset("half", new DatasetWriter("float16", [1], Uint8Array.of(0, 0x3c)));
  const path = join(t.testdir(), "ours.h5");
  writeFileSync(path, joined(writeHdf5(root)));
  const file = new h5wasm.File(path, "r");
  t.equal(file.attrs["model_config"]!.value, long);
  t.same((file.get("a/b") as Group).attrs["weight_names"]!.value, ["x/y", "zz", ""]);
  t.same((file.get("none") as Group).attrs["weight_names"]!.shape, [0]);
  const at = (name: string) => file.get(name) as Dataset;
  t.equal((file.get("optimizer/vars") as Group).keys().length, 700);
  for (const i of [0, 8, 9, 255, 256, 699]) t.same(at(`optimizer/vars/${i}`).value, Float32Array.of(i, -i));
  t.equal(at("scalar").value, 7);
  t.same(at("empty").shape, [0, 3]);
  t.same(Array.from(at("flags").value as ArrayLike<unknown>, Number), [1, 0, 1]);
  t.equal(at("half").metadata.size, 2);
  file.close();
});

t.test("we read what the library writes: chunks, compression, old and new types", async (t) => {
  const path = join(t.testdir(), "theirs.h5");
  const file = new h5wasm.File(path, "w");
  const data = Float32Array.from({ length: 35 }, (_, i) => i / 2);
  file.create_dataset({ name: "plain", data, shape: [5, 7] });
  file.create_dataset({ name: "chunked", data, shape: [5, 7], chunks: [2, 3] });
  file.create_dataset({ name: "deflated", data, shape: [5, 7], chunks: [3, 4], compression: "gzip", compression_opts: [4] });
  file.create_dataset({ name: "wide", data: Float64Array.of(1.5, -2), shape: [2] });
  file.create_dataset({ name: "long", data: BigInt64Array.of(-5n), shape: [1] });
  file.create_dataset({ name: "texts", data: ["ab", "cde"] });
  file.create_group("g").create_attribute("list", ["one", "two"]);
  file.close();
  const root = readHdf5(new Uint8Array(readFileSync(path)), path, inflate);
  const numbers = (name: string) => [...new Float32Array((memberAt(root, name) as Hdf5Dataset).read().slice().buffer)];
  for (const name of ["plain", "chunked", "deflated"]) t.same(numbers(name), [...data], name);
  t.match((memberAt(root, "wide") as Hdf5Dataset).type, { dtype: "float64" });
  t.match((memberAt(root, "long") as Hdf5Dataset).type, { dtype: "int64" });
  t.same((memberAt(root, "texts") as Hdf5Dataset).readText(), ["ab", "cde"]);
  t.same(memberAt(root, "g")!.attributes.get("list")!.values, ["one", "two"]);
});

/** Files that h5py wrote, packed. */
const unpacked = (packed: string) => new Uint8Array(gunzipSync(Buffer.from(packed, "base64")));
const fillValues =
  "H4sIAAe7CWsC/+2YzUrDQBDHd3aTuhTE9pTixRw99hEUGulJRT14VDSgqG1RhOLFa3wDH8FHySN49E1qNjuTr4aooFjt/CAZZnc2uzv8Jwv7NBzsrLbX28Kg" +
  "tXBERxSZIa+9sk/9J2gBbYT2RVI7pH04XHTx+9W4o4MgMNGzCjRP37HWF8wyMgy29409Rn8TbSzLcWcX96Or8FxMrk8vR4l/N74JTftDeDsu6rT/yXlBtOwY" +
  "IN/ODNI2KIyjZcz7vXRo198QDirY08J7xH43qQfTL5UE2/+2Zd6O0Gk7tWmsICUVlYbEaZxyJf4sh7t7A0hXh/WomuPpbzJ1m+Po/xC1muOo/mPvb+t5Xlc2" +
  "AwBQ0s+XdSRJR36NjvxcR0Ay0pWVTRYyHyjyzCrcb0dne6utJzpDinmwu6Z6ks8reaqdfEXTX9WHOQ+h5jzUFV0Q8VrZr+aLYRiGYZj/h4sPwzAMwzDLAySn" +
  "//feJ+nsPsn4H98bRQuVj3cze7sM2BgAAA==";
const elementsOutside =
  "H4sIAAe7CWsC/+v0cHHj5ZLiYgABDg4GFgYBBmTwHwo2sKLyYfIJUJoRSndA6RVMMHFGsJwEVFwQaj66upAgV1eQ6v9oAGZPBguE5mAYBSMReLg6BoDoCCgf" +
  "lkpPMKGqq0BLjx4U2svIwAYxixHG14DQTBABZqg6mDMw+RJgrYIK8gyQJKzAIM7BIF4PlWcFpmiQPBMTxEB2oPmMUOtAOccAR7qH5ScOKIuZEZZjJNBDjibx" +
  "IIEWzgEsqOqKU5OLUkv0kjLzIPxgP38XkH9g/lBgHk3T5AAAvloe1LAFAAA=";

t.test("elements that nobody wrote are what the dataset is filled with; those of another file are refused", (t) => {
  const file = readHdf5(unpacked(fillValues), "fill.h5", inflate);
  const numbers = (name: string, kind: typeof Float32Array | typeof Int32Array) => {
    const bytes = (memberAt(file, name) as Hdf5Dataset).read().slice();
    return [...new kind(bytes.buffer as ArrayBuffer)];
  };
  t.same(numbers("chunked", Float32Array), [7, 7, 7, 7, 7, 7]);
  t.same(numbers("plain", Float32Array), [2.5, 2.5]);
  t.same(numbers("some", Int32Array), [-1, -1, 5, 5]);
  t.same(numbers("zero", Float32Array), [0, 0]);
  t.throws(() => (memberAt(readHdf5(unpacked(elementsOutside), "outside.h5", inflate), "x") as Hdf5Dataset).read(), {
    name: "UnsupportedFormatError",
    message: /outside\.h5.*another file/,
  });
  t.end();
});
