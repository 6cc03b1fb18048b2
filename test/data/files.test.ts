// Datasets of files: TFRecord with its checksums, lines, records of one length, tables; kept datasets; positions, damage, compression.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateSync, gzipSync } from "node:zlib";
import t from "tap";
import * as tf from "../../lib/index.js";
import type { SavedPosition } from "../../lib/data/index.js";
import { record } from "../../lib/formats/tfevents.js";
import { awaited, plain, upTo } from "../support/elements.js";

const { data, io } = tf;
const folder = mkdtempSync(join(tmpdir(), "kerasm-data-"));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const textOf = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);
const all = async (dataset: AsyncIterable<unknown>): Promise<unknown[]> => {
  const found = [];
  for await (const element of dataset) found.push(element);
  return found;
};
const numbered = (count: number, size = 1): string[] => upTo(count).map((i) => `${i}`.padStart(size, "x"));

t.test("TFRecord: written, read, batched and parsed", async (t) => {
  const path = join(folder, "a.tfrecord");
  const writer = new io.TFRecordWriter(path);
  const exampleOf = (i: number) =>
    tf.train.Example({
      features: tf.train.Features({
        feature: {
          n: tf.train.Feature({ int64List: tf.train.Int64List({ value: [i] }) }),
          x: tf.train.Feature({ floatList: tf.train.FloatList({ value: [i / 2, 1] }) }),
          name: tf.train.Feature({ bytesList: tf.train.BytesList({ value: [`no ${i}`] }) }),
        },
      }),
    });
  for (const i of upTo(5)) writer.write(exampleOf(i).serializeToString());
  await writer.close();
  t.throws(() => writer.write("x"), /was closed/);
  const features = {
    n: new io.FixedLenFeature([], "int64"),
    x: new io.FixedLenFeature([2], "float32"),
    name: new io.FixedLenFeature([], "string"),
  };
  const parsed = new data.TFRecordDataset(path).map((bytes) => io.parseSingleExample(bytes, features) as never);
  t.strictSame((await awaited(parsed)).slice(0, 2), [
    { n: 0, x: [0, 1], name: "no 0" },
    { n: 1, x: [0.5, 1], name: "no 1" },
  ]);
  const batched = new data.TFRecordDataset([path])
    .batch(3)
    .map((bytes) => (io.parseExample(bytes as never, features) as { n: tf.Tensor }).n);
  t.strictSame(await awaited(batched), [[0, 1, 2], [3, 4]]); // prettier-ignore
});

t.test("a writer holds no more than a block of records", async (t) => {
  const own = mkdtempSync(join(folder, "stream-"));
  const path = join(own, "a.tfrecord");
  const writer = new io.TFRecordWriter(path);
  for (const _ of upTo(400)) writer.write(new Uint8Array(20_000).fill(7));
  const [aside] = readdirSync(own);
  t.ok(statSync(join(own, aside!)).size > 7_500_000, "the rest is on the disk already, beside its place");
  await writer.close();
  t.strictSame(readdirSync(own), ["a.tfrecord"]);
  t.equal((await all(new data.TFRecordDataset(path))).length, 400);
  for (const compression of ["GZIP", "ZLIB"] as const) {
    const packed = join(own, compression);
    const writer = new io.TFRecordWriter(packed, compression);
    for (const i of upTo(50)) {
      writer.write(new Uint8Array(1000).fill(i));
      if (i % 20 === 0) await writer.flush();
    }
    await writer.close();
    const read = (await all(new data.TFRecordDataset(packed, { compressionType: compression }))) as Uint8Array[];
    t.ok(read.length === 50 && read.every((bytes, i) => bytes[999] === i), compression);
  }
});

t.test("records of any length in pieces of any size", async (t) => {
  const lengths = [0, 1, 3, 100, 5000, 2, 70_000, 12, 0, 9];
  const path = file("pieces.tfrecord", Buffer.concat(lengths.map((length, i) => record(new Uint8Array(length).fill(i)))));
  for (const bufferSize of [100, 4096, 1 << 20]) {
    const records = (await all(new data.TFRecordDataset(path, { bufferSize }))) as Uint8Array[];
    t.strictSame(records.map(({ length }) => length), lengths, `pieces of ${bufferSize}`); // prettier-ignore
    t.ok(records.every((bytes, i) => bytes.every((byte) => byte === i)));
  }
});

t.test("damage is told with file and place, and what can be read is", async (t) => {
  const good = Buffer.concat(numbered(4, 20).map((text) => record(Buffer.from(text))));
  const content = Buffer.from(good);
  content[36 + 12 + 3]! ^= 1; // the content of record 1
  const short = file("short.tfrecord", good);
  for (const bufferSize of [1, 5]) t.strictSame((await all(new data.TFRecordDataset(short, { bufferSize }))).map(textOf), numbered(4, 20));
  const damaged = file("damaged.tfrecord", content);
  await t.rejects(
    all(new data.TFRecordDataset(damaged)),
    /content whose checksum does not fit, in record 1 of ".*damaged\.tfrecord", at byte 36/,
  );
  const seen: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void seen.push(text);
  const some = new data.TFRecordDataset(damaged).ignoreErrors();
  t.strictSame((await all(some)).map(textOf), [numbered(4, 20)[0], ...numbered(4, 20).slice(2)]);
  t.equal(some.ignoredErrors, 1);
  console.warn = warn;
  t.match(seen, [/ignoreErrors: 1 elements were left out.*damaged/]);
  await t.rejects(all(new data.TFRecordDataset(file("cut.tfrecord", good.subarray(0, 50)))), /14 bytes of a record that is cut off/);
  const noLength = Buffer.from(good);
  noLength[0]! ^= 1;
  await t.rejects(all(new data.TFRecordDataset(file("length.tfrecord", noLength))), /a length whose checksum/);
  await t.rejects(all(new data.TFRecordDataset(join(folder, "none"))), /the file ".*none"; expected a file that can be read/);
  await t.rejects(all(new data.TFRecordDataset(file("zip.tfrecord", gzipSync(good)))), /checksum.*Is it compressed/);
  await t.rejects(all(new data.TFRecordDataset(damaged, { compressionType: "GZIP" })), /no whole gzip file/);
  t.throws(() => new data.TFRecordDataset(damaged, { compresionType: "GZIP" } as never), /compressionType/);
  t.throws(() => new data.TFRecordDataset(5 as never), /a path/);
});

t.test("lines: ends, pieces, compression, several files, datasets of paths", async (t) => {
  const path = file("a.txt", "one\r\ntwo\n\nthree — ä\nlast");
  const lines = ["one", "two", "", "three — ä", "last"];
  for (const bufferSize of [1, 3, 1000]) t.strictSame(await all(new data.TextLineDataset(path, { bufferSize })), lines);
  const zipped = file("a.txt.gz", gzipSync("one\ntwo\n"));
  t.strictSame(await all(new data.TextLineDataset(zipped, { compressionType: "GZIP" })), ["one", "two"]);
  const deflated = file("a.txt.z", deflateSync("one\ntwo\n"));
  t.strictSame(await all(new data.TextLineDataset(deflated, { compressionType: "ZLIB" })), ["one", "two"]);
  t.throws(() => tf.io.TFRecordOptions && new tf.io.TFRecordOptions("BZIP"), /"GZIP" or "ZLIB"/);
  const other = file("b.txt", "a\nb\nc\n");
  t.strictSame(await all(new data.TextLineDataset([path, other])), [...lines, "a", "b", "c"]);
  t.strictSame(await all(new data.TextLineDataset(tf.data.Dataset.fromTensorSlices([other, path]) as never)), ["a", "b", "c", ...lines]);
  const beside = await all(new data.TextLineDataset([path, other], { numParallelReads: 2 }));
  t.strictSame(beside, ["one", "a", "two", "b", "", "c", "three — ä", "last"]);
  t.strictSame(await all(new data.TextLineDataset(new Blob(["x\ny"]))), ["x", "y"]);
  t.strictSame(await all(new data.TextLineDataset(new Blob(["x\ny"]).stream() as never)), ["x", "y"]);
  await tf.io.writeFile("memory://texts/m.txt", "from\nmemory");
  t.strictSame(await all(new data.TextLineDataset("memory://texts/m.txt")), ["from", "memory"]);
  t.equal(textOf(await tf.io.readFile(other)), "a\nb\nc\n");
  await t.rejects(Promise.resolve(tf.io.readFile(join(folder, "none"))), /a file that can be read/);
});

t.test("records of one length, between a header and a footer", async (t) => {
  const path = file("fixed.bin", Uint8Array.of(9, 9, 1, 2, 3, 4, 5, 6, 8));
  for (const bufferSize of [1, 2, 100])
    t.strictSame(
      (await all(new data.FixedLengthRecordDataset(path, 2, { headerBytes: 2, footerBytes: 1, bufferSize }))).map((each) => [
        ...(each as Uint8Array),
      ]),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    );
  await t.rejects(all(new data.FixedLengthRecordDataset(path, 4)), /1 bytes at the end of/);
  const decoded = new data.FixedLengthRecordDataset(path, 3).map((bytes) => tf.io.decodeRaw(bytes as never, "uint8"));
  t.strictSame(await awaited(decoded), [[9, 9, 1], [2, 3, 4], [5, 6, 8]]); // prettier-ignore
});

const table = 'name,age,score\n"Smith, ""J""",41,1.5\n"two\nlines",,2\nplain,7,\n';

t.test("tables: quotes, empty fields, types declared and inferred, labels, several files", async (t) => {
  const path = file("table.csv", table);
  const rows = new data.experimental.CsvDataset(path, ["string", [0], [-1.5]], { header: true });
  t.strictSame(await awaited(rows), [['Smith, "J"', 41, 1.5], ["two\nlines", 0, 2], ["plain", 7, -1.5]]); // prettier-ignore
  for (const bufferSize of [1, 5])
    t.equal((await all(new data.experimental.CsvDataset(path, ["string", [0], [0.5]], { header: true, bufferSize }))).length, 3);
  const some = new data.experimental.CsvDataset(path, [[0]], { header: true, selectCols: [1] });
  t.strictSame(await awaited(some), [[41], [0], [7]]);
  await t.rejects(
    all(new data.experimental.CsvDataset(path, ["string", "int32", [0.5]], { header: true })),
    /an empty field in the column "1".*record 1 of ".*table\.csv"/,
  );
  const options = { numEpochs: 1, shuffle: false } as const;
  const batches = data.experimental.makeCsvDataset(path, 2, { ...options, labelName: "score" });
  t.strictSame(await awaited(batches), [
    [{ name: ['Smith, "J"', "two\nlines"], age: [41, 0] }, [1.5, 2]],
    [{ name: ["plain"], age: [7] }, [0]],
  ]);
  const [first] = (await all(batches)) as [{ age: tf.Tensor }, tf.Tensor][];
  t.equal(first![0].age.dtype, "int32");
  t.equal(first![1].dtype, "float32");
  // Python's default 0.0 is 0 here: what the column holds decides.
  const defaults = [[""], [0], [0]];
  const [withDefaults] = (await all(data.experimental.makeCsvDataset(path, 3, { ...options, columnDefaults: defaults }))) as [
    Record<string, tf.Tensor>,
  ];
  t.strictSame([withDefaults["age"]!.dtype, withDefaults["score"]!.dtype], ["int32", "float32"]);
  t.strictSame(withDefaults["score"]!.array(), [1.5, 2, 0]);
  file("table2.csv", table);
  t.equal((await all(data.experimental.makeCsvDataset(join(folder, "table*.csv"), 1, options))).length, 6);
  const zipped = file("t.csv.gz", gzipSync(table));
  t.equal((await all(data.experimental.makeCsvDataset(zipped, 3, { ...options, compressionType: "GZIP" }))).length, 1);
  const forever = data.experimental.makeCsvDataset(path, 2, { shuffleSeed: 1 });
  t.equal(forever.cardinality(), -1);
  t.equal((await all(forever.take(5))).length, 5);
  await t.rejects(all(data.experimental.makeCsvDataset(path, 2, { ...options, labelName: "none" })), /a column among/);
  await t.rejects(all(data.experimental.makeCsvDataset(join(folder, "no*.csv"), 2, options)), /patterns of files that are there/);
  const uneven = file("uneven.csv", "a,b\n1,2\n3\n5,6\n");
  await t.rejects(all(data.experimental.makeCsvDataset(uneven, 2, options)), /a row of 1 fields.*record 1 of ".*uneven\.csv"/);
  t.strictSame(await awaited(data.experimental.makeCsvDataset(uneven, 2, { ...options, ignoreErrors: true })), [{ a: [1, 5], b: [2, 6] }]);
});

t.test("tf.data.csv: rows as records, as TensorFlow.js has them", async (t) => {
  const rowsOf = async (...given: Parameters<typeof data.csv>) => awaited(data.csv(...given));
  const bytes = (whole: string) => new TextEncoder().encode(whole);
  const path = file("flats.csv", 'rooms,where,rent\n2,"Jena, old ""town""",900.5\n3,"two\nlines",\n');
  const whole = [
    { rooms: 2, where: 'Jena, old "town"', rent: 900.5 },
    { rooms: 3, where: "two\nlines", rent: NaN },
  ];
  for (const source of [path, pathToFileURL(path), new Blob([readFileSync(path)]), readFileSync(path)]) {
    t.strictSame(await rowsOf(source), whole);
    t.strictSame(await data.csv(source).columnNames(), ["rooms", "where", "rent"]);
  }
  const configs = { rent: { isLabel: true, default: 1 }, rooms: { dtype: "int32" } } as const;
  const some = data.csv(path, { columnConfigs: configs, configuredColumnsOnly: true });
  t.strictSame(await some.columnNames(), ["rooms", "rent"]);
  t.strictSame(await awaited(some), [
    { xs: { rooms: 2 }, ys: { rent: 900.5 } },
    { xs: { rooms: 3 }, ys: { rent: 1 } },
  ]);
  const pairs = some.map(({ xs, ys }) => [tf.cast(xs["rooms"] as tf.Tensor, "float32"), ys["rent"] as tf.Tensor] as const).batch(2);
  t.strictSame(await awaited(pairs), [[[2, 3], [900.5, 1]]]); // prettier-ignore
  t.strictSame(await rowsOf(path, { columnNames: ["a", "b", "c"], columnConfigs: { a: { dtype: "string" } } }), [
    { a: "2", b: whole[0]!.where, c: 900.5 },
    { a: "3", b: whole[1]!.where, c: NaN },
  ]);
  const typed = bytes("1,true,1.9,,x\n0,FALSE,-0.5,2,\n");
  const columns = { b: { dtype: "bool" }, c: { dtype: "int32" }, d: { dtype: "float32", default: 7 } } as const;
  const names = { hasHeader: false, columnNames: ["a", "b", "c", "d", "e"] };
  const [first] = (await all(data.csv(typed, { ...names, columnConfigs: columns }))) as Record<string, tf.Tensor>[];
  t.strictSame(
    [first!["a"], first!["b"], first!["c"], first!["d"]].map((each) => each!.dtype),
    ["float32", "bool", "int32", "float32"],
  );
  t.strictSame(await rowsOf(typed, { ...names, columnConfigs: columns }), [
    { a: 1, b: true, c: 1, d: 7, e: "x" },
    { a: 0, b: false, c: -1, d: 2, e: "" },
  ]);
  const blanks = bytes(' a \t b  c\n\n1   2 3 \r\n  "4 5"\t6  7\n');
  for (const at of [blanks, bytes(new TextDecoder().decode(blanks).replace('"4 5"', "4"))])
    t.equal((await rowsOf(at, { delimWhitespace: true })).length, 2);
  t.strictSame(await rowsOf(blanks, { delimWhitespace: true }), [
    { a: 1, b: 2, c: 3 },
    { a: "4 5", b: 6, c: 7 },
  ]);
  t.strictSame(await rowsOf(bytes("a;b\n1;2"), { delimiter: ";" }), [{ a: 1, b: 2 }]);

  const long = file("long.csv", `n,text\n${Array.from({ length: 30_000 }, (_, i) => `${i},"word ""${i}""\n"\n`).join("")}`);
  let count = 0;
  for await (const { n, text } of data.csv(long)) {
    if ((n as tf.Tensor).item() !== count || text !== `word "${count}"\n`) t.fail(`row ${count}`);
    count++;
  }
  t.equal(count, 30_000);
  const iterator = data.csv(long)[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) await iterator.next();
  t.equal(((await iterator.next()).value as { n: tf.Tensor }).n.item(), 3);
  await iterator.return?.(undefined);

  const refused = [
    [[path, { columnConfigs: { area: {} } }], /columnConfigs\.area.*a column among/],
    [[path, { columnNames: ["a", "b"] }], /2 names for 3 columns/],
    [[bytes("a,a\n1,2\n")], /two columns "a"/],
    [[bytes("1,2\n"), { hasHeader: false }], /no names, and a file without a header/],
    [[bytes("")], /a file without rows/],
    [[bytes("a,b\n1\n")], /a row of 1 fields.*expected 2/],
    [[bytes("a,b\n1,\n"), { columnConfigs: { b: { required: true } } }], /an empty field in the column "b".*required/],
    [[bytes("a,b\n1,\n"), { columnConfigs: { b: { isLabel: true } } }], /an empty field in the column "b"/],
    [[bytes("a,b\n1,\n"), { columnConfigs: { b: { dtype: "int32" } } }], /an empty field.*int32: it has no default/],
    [[bytes("a,b\n1,x\n"), { columnConfigs: { b: { dtype: "float32" } } }], /"x" in the column "b".*float32/],
    [[bytes("a,b\n1,2\n"), { columnConfigs: { b: { dtype: "bool" } } }], /"2" in the column "b".*bool/],
    [[bytes("a,b\n1,2e10\n"), { columnConfigs: { b: { dtype: "int32" } } }], /"2e10" in the column "b".*int32/],
    [[bytes("a,b\n1,\n"), { columnConfigs: { b: { dtype: "int32", default: 0.5 } } }], /columnConfigs\.b\.default.*0\.5/],
    [[join(folder, "none.csv")], /none\.csv/],
  ] as const;
  for (const [given, message] of refused) await t.rejects(rowsOf(...(given as unknown as Parameters<typeof data.csv>)), message);
  const unfit: readonly [object, RegExp][] = [
    [{ delimiter: ";;" }, /one character/],
    [{ delimiter: ";", delimWhitespace: true }, /one of them/],
    [{ columnConfig: {} }, /columnConfig/],
    [{ columnConfigs: { a: { dtype: "int" } } }, /columnConfigs\.a.*dtype/],
    [{ columnConfigs: { a: { label: true } } }, /label/],
  ];
  for (const [config, message] of unfit) t.throws(() => data.csv(path, config), message);
  t.throws(() => data.csv(7 as never), /an address, a path, a File or bytes/);
});

t.test("files by patterns", async (t) => {
  mkdirSync(join(folder, "many/deep"), { recursive: true });
  for (const name of ["b.txt", "a.txt", "a.md", "deep/c.txt", ".hidden.txt"]) file(`many/${name}`, "");
  const { Dataset } = data;
  const names = async (pattern: string | string[]): Promise<string[]> =>
    (await all(Dataset.listFiles(pattern, { shuffle: false }))).map((path) => (path as string).replace(`${folder}/many/`, ""));
  const at = (pattern: string): string => `${folder}/many/${pattern}`;
  t.strictSame(await names(at("*.txt")), ["a.txt", "b.txt"]);
  t.strictSame(await names(at("?.{md,txt}")), ["a.md", "a.txt", "b.txt"]);
  t.strictSame(await names(at("[!a].txt")), ["b.txt"]);
  t.strictSame(await names(at("*/*.txt")), ["deep/c.txt"]);
  t.strictSame((await names(at("**/*.txt"))).sort(), ["a.txt", "b.txt", "deep/c.txt"]);
  t.strictSame(await names([at("b.txt"), at("a.txt")]), ["b.txt", "a.txt"]);
  await t.rejects(names(at("*.none")), /patterns of files that are there/);
  t.strictSame((await all(Dataset.listFiles(at("*.txt"), { seed: 1 }))).length, 2);
  t.equal(Dataset.listFiles(at("*.txt")).cardinality(), 2, "files are looked for at once, as in TensorFlow");
  t.throws(() => Dataset.listFiles(at("*.none")), /patterns of files that are there/);
  t.throws(() => Dataset.listFiles([]), /given \[\]/);
  t.throws(() => Dataset.listFiles(at("[a.txt")), /brackets are closed/);
  t.strictSame([...Dataset.listFiles(at("b.txt"))], [at("b.txt")]);
});

t.test("kept datasets: saved, loaded, taken as snapshots, cached in files", async (t) => {
  const { Dataset } = data;
  const path = join(folder, "kept");
  const dataset = Dataset.fromTensorSlices({ x: tf.range(6), s: ["a", "b", "c", "d", "e", "ü"] } as never).batch(4);
  await dataset.save(path);
  const wanted = [{ x: [0, 1, 2, 3], s: ["a", "b", "c", "d"] }, { x: [4, 5], s: ["e", "ü"] }]; // prettier-ignore
  t.strictSame(await awaited(Dataset.load(path)), wanted);
  await dataset.take(1).save(path, { compression: "GZIP" });
  t.strictSame(await awaited(Dataset.load(path)), wanted.slice(0, 1), "saved again");
  t.equal(readdirSync(path).length, 2, "the parts of before are gone");
  await t.rejects(all(Dataset.load(join(folder, "nothing"))), /a folder that dataset\.save wrote/);
  await t.rejects(Dataset.range(3).repeat().save(path), /never ends/);
  await t.rejects(Dataset.range(3).window(2).save(path), /tensors and strings/);
  let made = 0;
  const counted = Dataset.range(3).map((i) => {
    made++;
    return i;
  });
  const snapped = counted.snapshot(join(folder, "snap"));
  t.strictSame([await awaited(snapped), await awaited(snapped)], [[0, 1, 2], [0, 1, 2]]); // prettier-ignore
  t.equal(made, 3);
  const cached = counted.cache("memory://cached");
  for await (const _ of cached) break;
  t.strictSame(await awaited(cached), [0, 1, 2]);
  const before = made;
  t.strictSame(await awaited(counted.cache("memory://cached")), [0, 1, 2]);
  t.equal(made, before);
  const part = readdirSync(path).find((name) => name.startsWith("elements"))!;
  writeFileSync(join(path, part), readFileSync(join(path, part)).subarray(0, 20));
  await t.rejects(all(Dataset.load(path)), /gzip|cut off/);
});

t.test("positions inside of files are taken up where they were", async (t) => {
  const lines = upTo(40).map((i) => `line ${i}`);
  const paths = [file("p1.txt", lines.slice(0, 25).join("\n")), file("p2.txt", `${lines.slice(25).join("\n")}\n`)];
  const zipped = paths.map((path, i) => file(`p${i}.gz`, gzipSync(readFileSync(path))));
  await data.Dataset.fromTensorSlices(lines as never).save(join(folder, "positions"));
  const pipelines: Readonly<Record<string, () => tf.data.Dataset<unknown>>> = {
    "small pieces": () => new data.TextLineDataset(paths, { bufferSize: 16 }),
    "one piece": () => new data.TextLineDataset(paths),
    compressed: () => new data.TextLineDataset(zipped, { compressionType: "GZIP", bufferSize: 32 }),
    "with stages": () => new data.TextLineDataset(paths, { bufferSize: 50 }).shuffle(5, { seed: 1 }).batch(3).prefetch(2),
    "files by turns": () => new data.TextLineDataset(paths, { bufferSize: 20, numParallelReads: 2 }),
    parallel: () => new data.TextLineDataset(paths).map(async (line) => `${line}!`, { numParallelCalls: 3 }),
    loaded: () => data.Dataset.load(join(folder, "positions")),
    snapshot: () => data.Dataset.fromTensorSlices(lines as never).snapshot("memory://no-snapshot"),
    table: () => data.experimental.makeCsvDataset(paths[0]!, 4, { header: false, columnNames: ["a"], numEpochs: 2, shuffleSeed: 3 }),
  };
  for (const [name, make] of Object.entries(pipelines)) {
    const saved: SavedPosition[] = [];
    const elements: unknown[] = [];
    const iterator = make().iterator();
    saved.push(JSON.parse(JSON.stringify(iterator.saveState())) as SavedPosition);
    for await (const element of iterator) {
      elements.push(plain(element));
      saved.push(JSON.parse(JSON.stringify(iterator.saveState())) as SavedPosition);
    }
    t.ok(elements.length > 5, name);
    for (const at of [0, 1, 2, 5, Math.floor(elements.length / 2), elements.length - 1, elements.length]) {
      const resumed = make().iterator();
      resumed.loadState(saved[at]!);
      t.strictSame(await awaited(resumed), elements.slice(at), `${name} after ${at}`);
    }
  }
});

t.test("raw bytes of texts", (t) => {
  t.strictSame(tf.io.decodeRaw("Duck", "uint8").array(), [68, 117, 99, 107]);
  t.strictSame(tf.io.decodeRaw(["ab", "cd"], "uint8").array(), [[97, 98], [99, 100]]); // prettier-ignore
  t.strictSame(tf.io.decodeRaw("é", "uint16", { littleEndian: false }).array(), [0xc3a9]);
  t.throws(() => tf.io.decodeRaw("abc", "int16"), /3 bytes/);
  t.throws(() => tf.io.decodeRaw(3 as never, "uint8"), /the bytes of a file/);
  t.end();
});
