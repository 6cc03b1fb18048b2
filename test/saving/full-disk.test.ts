// A disk that is really full, and one that is really read-only: each kind of file is an error then, and what was there before is whole. The
// disk is a small one in memory that this process mounts in a namespace of its own; where a system does not let it, a line says so.

import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import * as tf from "../../lib/index.js";
import { saveNpy, saveNpz, saveSafetensors } from "../../lib/api/formats.js";

const { keras } = tf;
const { layers } = keras;

t.setTimeout(240_000); // a process of its own on machines that may be busy

/** Where the small disk is, in the process that has one. */
const disk = process.env["KERASM_SMALL_DISK"];

/** Every file below a folder with its bytes, by name. */
function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true }) as string[];
  const isFile = (name: string) => statSync(join(folder, name)).isFile();
  return Object.fromEntries(
    files
      .filter(isFile)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "base64")]),
  );
}

/** Takes all room but some pages of 4 KB. */
function fill(folder: string, spare = 0): void {
  const kept = join(folder, "spare");
  if (spare > 0) writeFileSync(kept, new Uint8Array(spare * 4096));
  const file = openSync(join(folder, "filler"), "w");
  try {
    for (const size of [1 << 16, 1 << 12, 1]) {
      const block = new Uint8Array(size);
      try {
        for (;;) writeSync(file, block);
      } catch {
        // full for blocks of this size
      }
    }
  } finally {
    closeSync(file);
    rmSync(kept, { force: true });
  }
}

const make = (units: number) => {
  const model = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(units), new layers.Dense(2)]);
  model.compile({ optimizer: "adam", loss: "mse" });
  return model;
};
type Model = ReturnType<typeof make>;
const arrays = (model: Model) => ({ a: model.weights[0]!.value(), b: model.weights[1]!.value() });

/** Writes many records; a block of them is written before the end. */
async function writeRecords(path: string, compression: string | null, count: number): Promise<void> {
  const writer = new tf.io.TFRecordWriter(path, compression);
  try {
    for (let i = 0; i < count; i++) writer.write(Uint8Array.from({ length: 2000 }, (_, j) => (i * 7919 + j * j * 31) % 251));
  } finally {
    await writer.close();
  }
}

async function recordsIn(path: string): Promise<number> {
  let count = 0;
  for await (const _ of new tf.data.TFRecordDataset([path])) count++;
  return count;
}

/** What writes a file into a folder; a larger model makes a larger file. */
const kinds: Readonly<Record<string, (folder: string, model: Model) => Promise<unknown>>> = {
  ".keras": (folder, model) => model.save(`${folder}/m.keras`),
  "a folder of .keras": (folder, model) => model.save(`${folder}/m.keras`, { zipped: false }),
  ".h5": (folder, model) => model.save(`${folder}/m.h5`),
  ".weights.h5": (folder, model) => model.saveWeights(`${folder}/m.weights.h5`),
  "weights in shards": (folder, model) => model.saveWeights(`${folder}/m.weights.json`),
  "safetensors of a model": (folder, model) => model.saveWeights(`${folder}/m.safetensors`),
  safetensors: (folder, model) => saveSafetensors(`${folder}/a.safetensors`, arrays(model)),
  ".npz": (folder, model) => saveNpz(`${folder}/a.npz`, arrays(model)),
  ".npy": (folder, model) => saveNpy(`${folder}/a.npy`, model.weights[0]!.value()),
  "model.json": (folder, model) => model.save(`${folder}/model.json`),
  ".onnx": (folder, model) => model.export(`${folder}/m.onnx`),
  "a checkpoint of a model": (folder, model) => model.save(`${folder}/m`),
  "tf.train.Checkpoint": (folder, model) => new tf.train.Checkpoint({ model }).write(`${folder}/ckpt`),
  CheckpointManager: (folder, model) => new tf.train.CheckpointManager(new tf.train.Checkpoint({ model }), folder, { maxToKeep: 1 }).save(),
  ".tfrecord": (folder, model) => writeRecords(`${folder}/r.tfrecord`, null, model.weights[1]!.size / 4),
  ".tfrecord, compressed": (folder, model) => writeRecords(`${folder}/r.tfrecord.gz`, "GZIP", model.weights[1]!.size / 4),
  "dataset.save": (folder, model) =>
    tf.data.Dataset.fromTensorSlices(model.weights[0]!.array() as number[][])
      .repeat(40)
      .save(`${folder}/d`),
  "tf.io.writeFile": (folder, model) => tf.io.writeFile(`${folder}/any`, new Uint8Array(model.weights[0]!.size * 12)),
};

if (disk === undefined) {
  t.test("a small disk of this process's own", (t) => {
    // The namespace ends with the process, and with it the mount.
    const folder = t.testdir({});
    const script = 'mount -t tmpfs -o size=1200k tmpfs "$0" && KERASM_SMALL_DISK="$0" exec "$@"';
    const isAble = spawnSync("unshare", ["-Urm", "sh", "-c", 'mount -t tmpfs tmpfs "$0"', folder], { timeout: 60_000 }).status === 0;
    if (!isAble) t.comment("this system gives no disk to try it on");
    else {
      const file = fileURLToPath(import.meta.url);
      const { status, stdout, stderr } = spawnSync("unshare", ["-Urm", "sh", "-c", script, folder, process.execPath, file], {
        encoding: "utf8",
        timeout: 200_000,
      });
      t.equal(
        status,
        0,
        `${stdout
          .split("\n")
          .filter((line) => /not ok|ok/.test(line) && !/^ *ok/.test(line))
          .join("\n")}${stderr}`,
      );
      t.equal(stdout.match(/^ok /gm)?.length, Object.keys(kinds).length + 2, "every kind was tried");
    }
    t.end();
  });
} else {
  for (const [kind, write] of Object.entries(kinds))
    t.test(kind, async (t) => {
      const folder = join(disk, "files");
      mkdirSync(folder);
      await write(folder, make(16));
      const before = filesIn(folder);
      t.ok(Object.keys(before).length > 0, "it can be written");
      const large = make(4096);
      // Where there are several files, the first of them may have room.
      for (const spare of [4, 0]) {
        rmSync(join(disk, "filler"), { force: true });
        fill(disk, spare);
        await t.rejects(write(folder, large), { name: "CheckpointError", message: /a full disk \(ENOSPC\).*intact/ });
        t.same(filesIn(folder), before, `${spare} pages left: what was there is whole, and nothing is left aside`);
      }
      execFileSync("mount", ["-o", "remount,ro", disk]);
      try {
        await t.rejects(write(folder, make(16)), { name: "CheckpointError", message: /a read-only file system \(EROFS\).*intact/ });
        t.same(filesIn(folder), before, "read-only: what was there is whole");
      } finally {
        execFileSync("mount", ["-o", "remount,rw", disk]);
      }
      rmSync(join(disk, "filler"));
      await write(folder, make(32));
      t.notSame(filesIn(folder), before, "with room it goes on");
      rmSync(folder, { recursive: true });
    });

  t.test("events: those that could not be written are written later", async (t) => {
    const folder = join(disk, "logs");
    const writer = tf.summary.createFileWriter(folder, { maxQueue: 1_000_000 });
    const add = (from: number, to: number) => writer.asDefault(() => {
      for (let step = from; step < to; step++) tf.summary.text("note", "x".repeat(400), { step });
    }); // prettier-ignore
    const steps = async () => {
      const [name] = readdirSync(folder);
      return recordsIn(join(folder, name!));
    };
    add(0, 10);
    await writer.flush();
    t.equal(await steps(), 11, "the head and ten events");
    fill(disk);
    add(10, 200);
    await t.rejects(writer.flush(), { name: "CheckpointError", message: /a full disk/ });
    t.equal(await steps(), 11, "the file ends with a whole event");
    rmSync(join(disk, "filler"));
    add(200, 210);
    await writer.close();
    t.equal(await steps(), 211);
    t.equal(readdirSync(folder).length, 1);
  });

  t.test("records that were shown before stay", async (t) => {
    const path = join(disk, "shown.tfrecord");
    const writer = new tf.io.TFRecordWriter(path);
    const count = () => recordsIn(path);
    for (let i = 0; i < 5; i++) writer.write(new Uint8Array(1000).fill(i));
    t.notOk(existsSync(path), "nothing is there before flush");
    await writer.flush();
    t.equal(await count(), 5);
    fill(disk);
    for (let i = 0; i < 5; i++) writer.write(new Uint8Array(1000).fill(i));
    await t.rejects(writer.flush(), { name: "CheckpointError", message: /a full disk/ });
    t.equal(await count(), 5, "whole records only");
    rmSync(join(disk, "filler"));
    await writer.close();
    t.equal(await count(), 10, "what waited is written");
  });
}
