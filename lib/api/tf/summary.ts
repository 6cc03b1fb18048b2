// tf.summary: numbers, distributions, pictures and texts for TensorBoard, in event files. Values are taken when the program runs, so that
// summaries may stand in traced functions too.

import { nonNegativeInteger, nullable, positiveInteger, schema, string, type Arguments } from "../../config/index.js";
import { asTensor, type TensorLike } from "../../core/convert.js";
import { ArgumentError, ShapeError, StateError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { shapeText } from "../../core/shape.js";
import { type NestedStrings, Strings } from "../../core/strings.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { EventWriter } from "../../callbacks/event-writer.js";
import { writePng } from "../../formats/png.js";
import { histogramValue, imageValue, scalarValue, type SummaryValue, textValue } from "../../formats/tfevents.js";
import { checkOnHost } from "../../graph/print.js";

type Step = number | Chainable;

const writerOptions = schema(["logdir"], {
  logdir: string(),
  maxQueue: nullable(positiveInteger()),
  flushMillis: nullable(nonNegativeInteger()),
  filenameSuffix: nullable(string()),
  name: nullable(string()),
});

/** The innermost writer in use. */
let current: SummaryWriter | null = null;
let currentStep: Step | null = null;
let recordIs: boolean | Chainable | (() => boolean | Chainable) = true;

/**
 * Writes event files into a folder.
 *
 * ```ts
 * const writer = tf.summary.createFileWriter("events");
 * writer.asDefault(() => tf.summary.scalar("loss", 0.5, { step: 1 })); // true
 * await writer.close();
 * ```
 */
export class SummaryWriter {
  readonly #events: EventWriter;
  readonly #maxQueue: number;
  readonly #flushMillis: number;
  #queued = 0;
  #flushed = Date.now();
  #isClosed = false;

  constructor({ logdir, maxQueue, flushMillis }: { logdir: string; maxQueue: number | null; flushMillis: number | null }) {
    this.#events = new EventWriter(logdir);
    [this.#maxQueue, this.#flushMillis] = [maxQueue ?? 10, flushMillis ?? 120_000];
  }

  /** Summaries of the action go to this writer; without one, all that follow do. */
  asDefault(): void;
  asDefault<T>(action: () => T, options?: { step?: Step | null }): T;
  asDefault<T>(action?: () => T, { step = currentStep }: { step?: Step | null } = {}): T | void {
    this.#check();
    if (action === undefined) return void (current = this);
    const before = [current, currentStep] as const;
    const restore = (): void => void ([current, currentStep] = before);
    [current, currentStep] = [this, step];
    let made: T;
    try {
      made = action();
    } catch (error) {
      restore();
      throw error;
    }
    if (made instanceof Promise) return made.finally(restore) as T;
    restore();
    return made;
  }

  /** The same, for all summaries that follow. */
  setAsDefault(step: Step | null = null): void {
    this.asDefault();
    if (step !== null) currentStep = step;
  }

  /** Puts values into the queue; ten of them, or two minutes, write it. */
  add(step: number, values: readonly SummaryValue[]): void {
    this.#check();
    this.#events.add(step, values);
    this.#queued += values.length;
    if (this.#queued <= this.#maxQueue && Date.now() - this.#flushed < this.#flushMillis) return;
    void this.flush().catch((error: unknown) => console.warn(`tf.summary: ${String(error)}`));
  }

  /** Writes what is in the queue. */
  async flush(): Promise<void> {
    [this.#queued, this.#flushed] = [0, Date.now()];
    await this.#events.flush();
  }

  /** Writes what is in the queue, and takes no more. */
  async close(): Promise<void> {
    if (current === this) current = null;
    await this.#events.close();
    this.#isClosed = true;
  }

  #check(): void {
    if (this.#isClosed) throw new StateError("summary", { given: "a writer that was closed", expected: "an open one" });
  }
}

/**
 * A writer of event files in a folder.
 *
 * ```ts
 * const writer = tf.summary.createFileWriter("logs/train");
 * writer.asDefault(() => tf.summary.scalar("loss", 0.5, { step: 1 }));
 * await writer.close();                       // tensorboard --logdir logs
 * ```
 *
 * @param options.maxQueue     values that wait before they are written; default 10
 * @param options.flushMillis  how long they wait at most; default two minutes
 */
export function createFileWriter(...given: Arguments<typeof writerOptions>): SummaryWriter {
  return new SummaryWriter(writerOptions.parse("summary.createFileWriter", given));
}

/**
 * A writer that writes nothing.
 *
 * ```ts
 * tf.summary.createNoopWriter().asDefault(() => tf.summary.shouldRecordSummaries()); // false
 * ```
 */
export const createNoopWriter = (): Pick<SummaryWriter, "flush" | "close"> & { asDefault<T>(action: () => T): T } => ({
  asDefault: (action) => action(),
  flush: async () => {},
  close: async () => {},
});

/** Writes values of tensors when they have some. @returns whether somebody writes them */
function write(
  where: string,
  tag: string,
  step: Step | null,
  tensors: readonly TensorLike[],
  values: (real: readonly Tensor[]) => SummaryValue,
): Tensor {
  if (typeof tag !== "string") throw new ArgumentError(`summary.${where}.name`, { given: text(tag), expected: "a string" });
  const writer = current;
  const condition = typeof recordIs === "function" ? recordIs() : recordIs;
  if (!writer || condition === false) return asTensor(false);
  const at = step ?? currentStep;
  if (at === null)
    throw new ArgumentError(`summary.${where}.step`, {
      given: "no step",
      expected: "one",
      hint: "Pass { step }, or set one with tf.summary.experimental.setStep.",
    });
  const stepTensor = asTensor(at instanceof Chainable ? at.value() : at, typeof at === "number" ? "int32" : undefined);
  const records = asTensor(condition === true ? true : (condition as Chainable).value());
  checkOnHost(`summary.${where}`, [stepTensor, records, ...tensors], ([number, isOn, ...real]) => {
    if (isOn!.item() !== 0) writer.add(number!.item(), [values(real)]);
  });
  return records;
}

/**
 * A number at a step.
 *
 * ```ts
 * tf.summary.scalar("loss", 0.5, { step: 1 }); // false
 * ```
 */
export const scalar = declare(
  "tf.summary.scalar(name:string, *data, step:number=null, description:string=null)",
  (name: string, data: TensorLike, step: Step | null, _: string | null): Tensor => {
    const value = asTensor(data);
    if (value.rank !== 0) throw new ShapeError("summary.scalar.data", { given: shapeText(value.shape), expected: "a scalar" });
    return write("scalar", name, step, [value], ([real]) => scalarValue(name, real!.item()));
  },
);

/**
 * How often values are in ranges of one width.
 *
 * ```ts
 * tf.summary.histogram("weights", [1, 2, 3], { step: 1 }); // false
 * ```
 *
 * @param options.buckets  how many ranges; default 30
 */
export const histogram = declare(
  "tf.summary.histogram(name:string, *data, step:number=null, buckets:int=null, description:string=null)",
  (name: string, data: TensorLike, step: Step | null, buckets: number | null, _: string | null): Tensor =>
    write("histogram", name, step, [data], ([real]) => histogramValue(name, real!.view(), buckets ?? 30)),
);

/**
 * Pictures `[batch, height, width, channels]`: uint8, or floats from 0 to 1.
 *
 * ```ts
 * tf.summary.image("pictures", tf.ones([1, 4, 4, 3]), { step: 1 }); // false
 * ```
 *
 * @param options.maxOutputs  how many are shown; default 3
 */
export const image = declare(
  "tf.summary.image(name:string, *data, step:number=null, maxOutputs:int=3, description:string=null)",
  (name: string, data: TensorLike, step: Step | null, maxOutputs: number, _: string | null): Tensor => {
    const pictures = asTensor(data);
    const channels = pictures.shape[3];
    if (pictures.rank !== 4 || ![1, 2, 3, 4].includes(channels ?? 1))
      throw new ShapeError("summary.image.data", { given: shapeText(pictures.shape), expected: "[batch, height, width, 1 to 4 channels]" });
    return write("image", name, step, [pictures], ([real]) => {
      const [count, height, width, depth] = real!.shape as [number, number, number, 1 | 2 | 3 | 4];
      const values = real!.view();
      const size = height * width * depth;
      const bytes =
        real!.dtype === "uint8"
          ? Uint8Array.from(values)
          : Uint8Array.from(values, (each) => Math.min(255, Math.max(0, Math.trunc(each * 255.999))));
      const files = Array.from({ length: Math.min(count, maxOutputs) }, (__, i) =>
        writePng({ width, height, channels: depth, data: bytes.subarray(i * size, (i + 1) * size) }),
      );
      return imageValue(name, width, height, files);
    });
  },
);

/**
 * A text, shown as Markdown; several strings, one below the other.
 *
 * ```ts
 * tf.summary.text("note", "hello", { step: 1 }); // false
 * ```
 */
export const textSummary = declare(
  "tf.summary.text(name:string, data:any, step:number=null, description:string=null)",
  (name: string, data: NestedStrings, step: Step | null, _: string | null): Tensor => {
    const strings = Strings.of(data, "summary.text.data");
    return write("text", name, step, [], () => textValue(name, strings.values.join("\n\n")));
  },
);
export { textSummary as text };

/**
 * Writes what the writer in use has in its queue.
 *
 * ```ts
 * await tf.summary.flush();
 * ```
 */
export const flush = async (writer: SummaryWriter | null = current): Promise<void> => writer?.flush();

/**
 * Runs the action while summaries are written or not: as a boolean, a tensor or a function says.
 *
 * ```ts
 * tf.summary.recordIf(false, () => tf.summary.shouldRecordSummaries()); // false
 * ```
 */
export function recordIf<T>(condition: typeof recordIs, action: () => T): T {
  const before = recordIs;
  recordIs = condition;
  try {
    return action();
  } finally {
    recordIs = before;
  }
}

/**
 * Whether summaries that are made now are written.
 *
 * ```ts
 * tf.summary.shouldRecordSummaries(); // false
 * ```
 */
export const shouldRecordSummaries = (): boolean => current !== null && recordIs !== false;

/** Names of TensorFlow's that are not settled. */
export const experimental = {
  /** The step of summaries that name none: a number, or a variable, which is read each time. */
  setStep(step: Step | null): void {
    currentStep = step;
  },
  getStep: (): Step | null => currentStep,
};
