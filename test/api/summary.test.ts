// tf.summary: what stands in event files, from eager code and from traced functions.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";
import { readEvents, textOf } from "../callbacks/event-files.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "kerasm-summary-"));
const { summary } = tf;

t.test("numbers, distributions, pictures and texts, each at its step", async (t) => {
  const logs = folder();
  const writer = summary.createFileWriter(logs);
  writer.asDefault(() => {
    summary.scalar("loss", 0.5, { step: 3 });
    summary.scalar("loss", tf.constant(0.25), 4);
    summary.histogram("weights", tf.constant([0, 1, 1, 2]), { step: 1, buckets: 2 });
    summary.image("pictures", tf.zeros([5, 4, 3, 3]), { step: 1, maxOutputs: 2 });
    summary.text("note", ["one", "two"], { step: 2 });
  });
  summary.scalar("nobody", 1, { step: 1 });
  await writer.close();
  const { values } = readEvents(logs);
  t.strictSame(
    values.map(({ tag, step, plugin }) => [tag, step, plugin]),
    [
      ["loss", 3, "scalars"],
      ["loss", 4, "scalars"],
      ["weights", 1, "histograms"],
      ["pictures", 1, "images"],
      ["note", 2, "text"],
    ],
  );
  t.strictSame(values[1]!.data, [0.25]);
  t.strictSame(values[2]!.data, [0, 1, 1, 1, 2, 3]);
  t.strictSame(values[3]!.shape, [4]);
  t.strictSame(values[3]!.data.slice(0, 2).map((each) => textOf(each)), ["3", "4"]); // prettier-ignore
  t.equal(textOf(values[4]!.data[0]), "one\n\ntwo");
  t.throws(() => writer.asDefault(() => summary.scalar("x", 1, { step: 1 })), /was closed/);
});

t.test("in a traced function values are written whenever it runs, with a step that is a variable", async (t) => {
  const logs = folder();
  const writer = summary.createFileWriter(logs);
  const step = tf.variable(0, { dtype: "int32" });
  const f = tf.function((x: tf.Tensor) => {
    const y = x.mul(2);
    summary.scalar("y", y, { step });
    step.assignAdd(1);
    return y;
  });
  writer.asDefault(() => {
    for (const x of [1, 2, 3]) f(tf.constant(x));
  });
  await writer.flush();
  t.equal(f.tracingCount, 1);
  t.strictSame(
    readEvents(logs).values.map(({ step: at, data }) => [at, data[0]]),
    [
      [0, 2],
      [1, 4],
      [2, 6],
    ],
  );
});

t.test("steps of the process, conditions, and actions that take time", async (t) => {
  const logs = folder();
  const writer = summary.createFileWriter(logs, { maxQueue: 1 });
  summary.experimental.setStep(7);
  await writer.asDefault(async () => {
    await Promise.resolve();
    summary.scalar("a", 1);
    summary.recordIf(false, () => summary.scalar("b", 1));
    summary.recordIf(tf.constant(true), () => summary.scalar("c", 1));
    summary.recordIf(() => tf.constant(false), () => summary.scalar("d", 1)); // prettier-ignore
  });
  t.equal(summary.shouldRecordSummaries(), false);
  summary.experimental.setStep(null);
  writer.asDefault(() => t.throws(() => summary.scalar("e", 1), /given no step/), { step: null });
  t.throws(() => writer.asDefault(() => summary.scalar("f", [1, 2], { step: 1 })), /a scalar/);
  t.throws(() => writer.asDefault(() => summary.image("f", tf.ones([2, 2]), { step: 1 })), /1 to 4 channels/);
  await writer.close();
  t.strictSame(
    readEvents(logs).values.map(({ tag, step }) => [tag, step]),
    [
      ["a", 7],
      ["c", 7],
    ],
  );
  t.throws(() => summary.createFileWriter(logs, { queue: 1 } as never), /queue/);
});
