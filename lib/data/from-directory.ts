// How datasets are made of the files of a folder, whose subfolders are the classes. Loaded with the first of them.

import { platform } from "#platform";
import {
  boolean,
  dataFormat,
  field,
  fixed,
  invalid,
  nullable,
  oneOf,
  positiveInteger,
  schema,
  tuple,
  withDefault,
  type Options,
} from "../config/index.js";
import { ArgumentError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { isRecord } from "../core/tree.js";
import { decodeWav } from "../formats/wav.js";
import { squeeze } from "../ops/index.js";
import { AUTOTUNE, Dataset } from "./dataset.js";
import { failure } from "./element-error.js";
import { type DirectoryHandle, type Folder, openFolder } from "./folder.js";
import { batchesAhead, type Form, type Method, methods, pictureOf, picturesAside } from "./folder-pictures.js";
import { type Labelling, labelledFiles, labelling, type Sample } from "./labelled-files.js";
import { resampled } from "./sampling-rate.js";
import { stack } from "./structure.js";

const imageOptions = schema(
  [
    "labels",
    "labelMode",
    "classNames",
    "colorMode",
    "batchSize",
    "imageSize",
    "shuffle",
    "seed",
    "validationSplit",
    "subset",
    "interpolation",
    "followLinks",
    "cropToAspectRatio",
    "padToAspectRatio",
    "dataFormat",
    "format",
    "verbose",
  ],
  {
    ...labelling,
    colorMode: oneOf(["rgb", "grayscale", "rgba"], "rgb"),
    imageSize: tuple(2, positiveInteger(), [256, 256]),
    interpolation: withDefault(
      field<Method, Method>({
        expected: methods.join(", "),
        parse: (value) => methods.find((method) => method === String(value).toLowerCase()) ?? invalid,
      }),
      "bilinear",
    ),
    cropToAspectRatio: boolean(false),
    padToAspectRatio: boolean(false),
    dataFormat: dataFormat(),
    format: fixed("tf"),
  },
);
const textOptions = schema(
  [
    "labels",
    "labelMode",
    "classNames",
    "batchSize",
    "maxLength",
    "shuffle",
    "seed",
    "validationSplit",
    "subset",
    "followLinks",
    "format",
    "verbose",
  ],
  { ...labelling, maxLength: nullable(positiveInteger()), format: fixed("tf") },
);
const audioOptions = schema(
  [
    "labels",
    "labelMode",
    "classNames",
    "batchSize",
    "samplingRate",
    "outputSequenceLength",
    "ragged",
    "shuffle",
    "seed",
    "validationSplit",
    "subset",
    "followLinks",
  ],
  {
    ...labelling,
    samplingRate: nullable(positiveInteger()),
    outputSequenceLength: nullable(positiveInteger()),
    ragged: boolean(false),
  },
);

type Directory = string | URL | DirectoryHandle;

/** The first of the options, where they stand one by one in Keras's order. */
type Labels = "inferred" | readonly number[] | null;

/** A folder, and options; Python's calls by name have the folder among them. */
type Given<O> = Directory | (O & { readonly directory: Directory });

function partsOf<O extends object>(where: string, given: Given<O>, options: O | Labels | undefined): [Directory, O | Labels] {
  if (!isRecord(given) || !("directory" in given)) return [given, options ?? ({} as O)];
  if (options !== undefined) throw new ArgumentError(where, { given: "two records of options", expected: "one" });
  const { directory, ...others } = given;
  return [directory, others as unknown as O];
}

/** A dataset of a folder, with the names of its classes in the order of their numbers. */
export type DirectoryDataset<T> = Dataset<T> & { readonly classNames: readonly string[] | null; readonly filePaths: readonly string[] };

/** What comes of one folder: a dataset, or with `subset: "both"` one to train with and one to validate with. */
type Subsets<O, T> = O extends { subset: "both" } ? [DirectoryDataset<T>, DirectoryDataset<T>] : DirectoryDataset<T>;

interface Source<T> {
  readonly where: string;
  readonly directory: Directory;
  /** How the names of files end. */
  readonly endings: readonly string[];
  readonly options: Labelling;
  read(folder: Folder, path: string): Promise<unknown>;
  /** Where several files may come at once. */
  readonly readBatch?: ReadBatch;
  /** Elements in batches. */
  batched(elements: Dataset<T>, batchSize: number): Dataset<T>;
}

interface ReadBatch {
  /** The values of files in one tensor; null where they have to be read one by one. */
  read(folder: Folder, paths: readonly string[]): Promise<Tensor | null>;
  /** How many batches are in the making at once. */
  ahead(batchSize: number): number;
}

/** Datasets of the parts of a folder that are asked for. */
async function fromDirectory<T>({ where, directory, endings, options, read, readBatch, batched }: Source<T>) {
  const { batchSize, shuffle } = options;
  const folder = openFolder(where, directory);
  const { parts, classNames, label, seed } = await labelledFiles(where, folder, endings, options);
  const datasetOf = (samples: readonly Sample[], isShuffled: boolean): DirectoryDataset<T> => {
    const order = Dataset.range(samples.length);
    const shuffled = isShuffled ? order.shuffle(batchSize === null ? 1024 : samples.length, { seed }) : order;
    const element = async (index: Tensor): Promise<unknown> => {
      const sample = samples[index.item() as number]!;
      const value = await read(folder, sample.path);
      return label ? [value, label(sample.label)] : value;
    };
    const elements = shuffled.map(element as never, { numParallelCalls: AUTOTUNE }) as unknown as Dataset<T>;
    /** A batch at once: the numbers of its elements, and of its files. */
    const batchOf = async (numbers: Tensor, indices: Tensor): Promise<unknown> => {
      const files = Array.from(indices.data(), (index) => samples[index]!);
      const whole = await readBatch!.read(folder, files.map(({ path }) => path)); // prettier-ignore
      const values = whole ?? stack(await eachOf(files, Array.from(numbers.data(), Number)));
      return label ? [values, stack(files.map((file) => label(file.label)))] : values;
    };
    /** Values one by one. @throws what the first of them throws that is none */
    const eachOf = async (files: readonly Sample[], numbers: readonly number[]): Promise<Tensor[]> => {
      const made = await Promise.allSettled(files.map(({ path }) => read(folder, path) as Promise<Tensor>));
      return made.map((each, i) => (each.status === "fulfilled" ? each.value : failure("dataset.map", numbers[i]!, null, each.reason)));
    };
    const facts = { classNames, filePaths: samples.map(({ path }) => folder.pathOf(path)) };
    const ready = (made: Dataset<T>): DirectoryDataset<T> => Object.assign(made.prefetch(AUTOTUNE), facts);
    const batches = (files: Dataset<T>): DirectoryDataset<T> => ready(batchSize === null ? files : batched(files, batchSize));
    const made =
      batchSize !== null && readBatch
        ? ready(
            shuffled
              .enumerate()
              .batch(batchSize)
              .map(batchOf as never, { numParallelCalls: readBatch.ahead(batchSize) }) as never,
          )
        : batches(elements);
    // A bad file costs itself, not the batch that it would stand in.
    return Object.defineProperty(made, "ignoreErrors", {
      value: (...given: Parameters<Dataset<T>["ignoreErrors"]>): DirectoryDataset<T> => {
        const good = elements.ignoreErrors(...given);
        return Object.defineProperty(batches(good), "ignoredErrors", { get: () => good.ignoredErrors });
      },
    });
  };
  // Of two parts, what validates stays in order.
  const made = Object.entries(parts).map(([name, samples], i) => datasetOf(samples, shuffle && (i === 0 || name !== "validation")));
  return made.length === 1 ? made[0]! : (made as [DirectoryDataset<T>, DirectoryDataset<T>]);
}

const inBatches = <T>(elements: Dataset<T>, batchSize: number): Dataset<T> => elements.batch(batchSize) as Dataset<T>;

/** See directories.ts. */
export async function imageDatasetFromDirectory<const O extends Options<typeof imageOptions>>(
  given: Given<O>,
  others?: O | Labels,
  ...more: readonly unknown[]
): Promise<Subsets<O, [Tensor, Tensor]>> {
  const where = "imageDatasetFromDirectory";
  const [directory, parts] = partsOf(where, given, others);
  const options = imageOptions.parse(where, [parts, ...more]);
  const { colorMode, interpolation, cropToAspectRatio, padToAspectRatio, dataFormat } = options;
  const size = options.imageSize as [number, number];
  if (cropToAspectRatio && padToAspectRatio) {
    throw new ArgumentError(where, { given: "cropToAspectRatio and padToAspectRatio", expected: "one of them" });
  }
  const fit = cropToAspectRatio ? "crop" : padToAspectRatio ? "pad" : "stretch";
  const form: Form = { colorMode, size, interpolation, fit, isChannelsFirst: dataFormat === "channels_first" };
  const read = async (folder: Folder, path: string): Promise<Tensor> => {
    const aside = folder.file ? await picturesAside([folder.file(path)], where, form) : null;
    return aside ? squeeze(aside, 0) : pictureOf(await folder.read(path), nameOf(where, folder, path), form);
  };
  const readBatch: ReadBatch = {
    read: async (folder, paths) => (folder.file ? picturesAside(paths.map(folder.file), where, form) : null),
    ahead: (batchSize) => batchesAhead(form, batchSize),
  };
  // What only browsers decode is no picture elsewhere.
  const endings = ["bmp", "gif", "jpeg", "jpg", "png", ...(platform.openFolder ? [] : ["webp"])];
  const made = await fromDirectory<[Tensor, Tensor]>({ where, directory, endings, options, read, readBatch, batched: inBatches });
  return made as unknown as Subsets<O, [Tensor, Tensor]>;
}

const nameOf = (where: string, folder: Folder, path: string): string => `${where} ${JSON.stringify(`${folder.name}/${path}`)}`;

/** The longest text of whole characters in so many bytes. */
function cutText(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** See directories.ts. */
export async function textDatasetFromDirectory<const O extends Options<typeof textOptions>>(
  given: Given<O>,
  others?: O | Labels,
  ...more: readonly unknown[]
): Promise<Subsets<O, [string[], Tensor]>> {
  const where = "textDatasetFromDirectory";
  const [directory, parts] = partsOf(where, given, others);
  const options = textOptions.parse(where, [parts, ...more]);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const read = async (folder: Folder, path: string): Promise<string> =>
    decoder.decode(cutText(await folder.read(path), options.maxLength ?? Infinity));
  const made = await fromDirectory<[string[], Tensor]>({ where, directory, endings: ["txt"], options, read, batched: inBatches });
  return made as unknown as Subsets<O, [string[], Tensor]>;
}

/** See directories.ts. */
export async function audioDatasetFromDirectory<const O extends Options<typeof audioOptions>>(
  given: Given<O>,
  others?: O | Labels,
  ...more: readonly unknown[]
): Promise<Subsets<O, [Tensor, Tensor]>> {
  const where = "audioDatasetFromDirectory";
  const [directory, parts] = partsOf(where, given, others);
  const options = audioOptions.parse(where, [parts, ...more]);
  const { samplingRate, outputSequenceLength, ragged } = options;
  if (ragged && outputSequenceLength !== null) {
    throw new ArgumentError(where, { given: "ragged and outputSequenceLength", expected: "one of them" });
  }
  const read = async (folder: Folder, path: string): Promise<unknown> => {
    const sound = decodeWav(await folder.read(path), nameOf(where, folder, path));
    const { channels } = sound;
    const length = outputSequenceLength ?? sound.samples.length / channels;
    const fitted = new Float32Array(length * channels);
    fitted.set(sound.samples.subarray(0, fitted.length));
    const samples = samplingRate === null ? fitted : resampled(fitted, channels, sound.samplingRate, samplingRate);
    const tensor = adoptTensor(samples, [samples.length / channels, channels], "float32");
    return ragged && options.batchSize === null ? (await import("../ragged/ragged-tensor.js")).RaggedTensor.fromTensor(tensor) : tensor;
  };
  const batched = (elements: Dataset<[Tensor, Tensor]>, batchSize: number): Dataset<[Tensor, Tensor]> => {
    if (ragged) return elements.raggedBatch(batchSize) as Dataset<[Tensor, Tensor]>;
    return outputSequenceLength === null ? (elements.paddedBatch(batchSize) as Dataset<[Tensor, Tensor]>) : inBatches(elements, batchSize);
  };
  const made = await fromDirectory<[Tensor, Tensor]>({ where, directory, endings: ["wav"], options, read, batched });
  return made as unknown as Subsets<O, [Tensor, Tensor]>;
}
