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
import { decodeImage, kindOf } from "../formats/image.js";
import { decodeWav } from "../formats/wav.js";
import { byMethod, byNearest, insideOf } from "../ops/image/methods.js";
import { middlePart, partOf } from "../ops/image/smart-resize.js";
import { cast, expandDims, image, pad, squeeze, transpose } from "../ops/index.js";
import { AUTOTUNE, Dataset } from "./dataset.js";
import { type DirectoryHandle, type Folder, openFolder } from "./folder.js";
import { inColors } from "./image-files.js";
import { type Labelling, labelledFiles, labelling, type Sample } from "./labelled-files.js";
import { resampled } from "./sampling-rate.js";

const methods = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"] as const;
type Method = (typeof methods)[number];

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
  /** Elements in batches. */
  batched(elements: Dataset<T>, batchSize: number): Dataset<T>;
}

/** Datasets of the parts of a folder that are asked for. */
async function fromDirectory<T>({ where, directory, endings, options, read, batched }: Source<T>) {
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
    const facts = { classNames, filePaths: samples.map(({ path }) => folder.pathOf(path)) };
    const batches = (files: Dataset<T>): DirectoryDataset<T> =>
      Object.assign((batchSize === null ? files : batched(files, batchSize)).prefetch(AUTOTUNE), facts);
    // A bad file costs itself, not the batch that it would stand in.
    return Object.defineProperty(batches(elements), "ignoreErrors", {
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

/** A picture [height, width, channels] in another size, as tf.image.resize does it: float32, but for "nearest", which keeps the dtype. */
function sized(pixels: Tensor, size: readonly [number, number], method: Method): Tensor {
  if (method === "nearest") return squeeze(byNearest(expandDims(pixels, 0), size), 0);
  const floats = cast(pixels, "float32");
  if (method === "area" || method === "gaussian" || method === "mitchellcubic") {
    const isAsWanted = pixels.shape[0] === size[0] && pixels.shape[1] === size[1];
    return isAsWanted ? floats : squeeze(byMethod(expandDims(floats, 0), size, method), 0);
  }
  return image.resize(floats, size, { interpolation: method, dataFormat: "channels_last" });
}

/** A picture as large as fits into a size, with zeros around it. Keras has tf.image.resize_with_pad here. */
function withinSize(pixels: Tensor, [height, width]: readonly [number, number], method: Method): Tensor {
  const [inHeight, inWidth] = pixels.shape as [number, number, number];
  const { top, left, ...part } = insideOf(inHeight, inWidth, [height, width]);
  const fitted = sized(pixels, [part.height, part.width], method);
  return pad(fitted, [[top, height - top - part.height], [left, width - left - part.width], [0, 0]]); // prettier-ignore
}

/** The part of a picture with the ratio of a size, in this size. */
function cutToSize(pixels: Tensor, size: readonly [number, number], method: Method): Tensor {
  const [height, width] = pixels.shape as [number, number, number];
  return sized(partOf(pixels, middlePart(height, width, size), "channels_last"), size, method);
}

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
  const fit = cropToAspectRatio ? cutToSize : padToAspectRatio ? withinSize : sized;
  const read = async (folder: Folder, path: string): Promise<Tensor> => {
    const bytes = await folder.read(path);
    const picture = await decodeImage(bytes, nameOf(where, folder, path));
    // TensorFlow takes the grey of a JPEG from the file and rounds down that of others.
    const fitted = fit(inColors(picture, colorMode, kindOf(bytes) !== "jpeg"), size, interpolation);
    return dataFormat === "channels_first" ? transpose(fitted, [2, 0, 1]) : fitted;
  };
  // What only browsers decode is no picture elsewhere.
  const endings = ["bmp", "gif", "jpeg", "jpg", "png", ...(platform.openFolder ? [] : ["webp"])];
  const made = await fromDirectory<[Tensor, Tensor]>({ where, directory, endings, options, read, batched: inBatches });
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
