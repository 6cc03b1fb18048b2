// Our HDF5 against the HDF5 library: it reads what we write, and we read what it writes.

import h5wasm, { type Dataset, type Group } from "h5wasm/node";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
