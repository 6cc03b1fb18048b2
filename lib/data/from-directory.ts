// How datasets are made of the files of a folder, whose subfolders are the classes. Loaded with the first of them.

import {
  boolean,
  dataFormat,
  field,
  fixed,
  integer,
  invalid,
  list,
  nullable,
  number,
  oneOf,
  positiveInteger,
  schema,
  string,
  tuple,
  type Options,
} from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { isRecord } from "../core/tree.js";
import { decodeImage } from "../formats/image.js";
import { decodeWav } from "../formats/wav.js";
import { cast, image, pad, transpose } from "../ops/index.js";
import { smartResize } from "../ops/image/smart-resize.js";
import { toCategorical } from "./to-categorical.js";
import { AUTOTUNE, Dataset } from "./dataset.js";
import { type DirectoryHandle, type Folder, openFolder } from "./folder.js";
import { inColors } from "./image-files.js";
import { RandomState } from "./known/mersenne.js";

/** How the classes of files stand in elements. */
const labelling = {
  labels: nullable(
    field<"inferred" | readonly number[], "inferred" | readonly number[]>({
      expected: '"inferred", an array of whole numbers, or null',
      parse: (value) =>
        value === "inferred" || (Array.isArray(value) && value.every((each) => Number.isInteger(each) && each >= 0))
          ? (value as "inferred")
          : invalid,
    }),
    "inferred",
  ),
  labelMode: nullable(oneOf(["int", "categorical", "binary"]), "int"),
  classNames: nullable(list(string())),
  batchSize: nullable(positiveInteger(), 32),
  shuffle: boolean(true),
  seed: nullable(integer()),
  validationSplit: nullable(number()),
  subset: nullable(oneOf(["training", "validation", "both"])),
  followLinks: boolean(true),
  verbose: boolean(true),
} as const;

const imageOptions = schema([], {
  ...labelling,
  colorMode: oneOf(["rgb", "grayscale", "rgba"], "rgb"),
  imageSize: tuple(2, positiveInteger(), [256, 256]),
  interpolation: oneOf(["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"], "bilinear"),
  cropToAspectRatio: boolean(false),
  padToAspectRatio: boolean(false),
  dataFormat: dataFormat(),
});
const textOptions = schema([], { ...labelling, maxLength: nullable(positiveInteger()) });
const audioOptions = schema([], {
  ...labelling,
  samplingRate: fixed(null),
  outputSequenceLength: nullable(positiveInteger()),
  ragged: fixed(false),
});

type Directory = string | URL | DirectoryHandle;

/** A folder, and options; Python's calls by name have the folder among them. */
type Given<O> = Directory | (O & { readonly directory: Directory });

function partsOf<O extends object>(where: string, given: Given<O>, options: O | undefined): [Directory, O] {
  if (!isRecord(given) || !("directory" in given)) return [given, options ?? ({} as O)];
  if (options !== undefined) throw new ArgumentError(where, { given: "two records of options", expected: "one" });
  const { directory, ...others } = given;
  return [directory, others as unknown as O];
}

/** A dataset of a folder, with the names of its classes in the order of their numbers. */
export type DirectoryDataset<T> = Dataset<T> & { readonly classNames: readonly string[] | null; readonly filePaths: readonly string[] };

/** What comes of one folder: a dataset, or with `subset: "both"` one to train with and one to validate with. */
type Subsets<O, T> = O extends { subset: "both" } ? [DirectoryDataset<T>, DirectoryDataset<T>] : DirectoryDataset<T>;

interface Labelling {
  readonly labels: "inferred" | readonly number[] | null;
  readonly labelMode: "int" | "categorical" | "binary" | null;
  readonly classNames: readonly string[] | null;
  readonly batchSize: number | null;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly validationSplit: number | null;
  readonly subset: "training" | "validation" | "both" | null;
}

interface Sample {
  readonly path: string;
  readonly label: number;
}

/** The files of a folder with the numbers of their classes. */
async function samplesOf(where: string, folder: Folder, endings: readonly string[], options: Labelling) {
  const { labels, classNames, labelMode } = options;
  const refuse = (option: string, given: string, expected: string): never => {
    throw new ArgumentError(`${where}.${option}`, { given, expected });
  };
  if (labels === null && labelMode !== null && options.labels === null) {
    // Without labels there is nothing to put into a mode.
    if (classNames !== null) refuse("classNames", "names of classes without labels", 'labels "inferred"');
  }
  if (labels !== "inferred" && labels !== null && classNames !== null)
    refuse("classNames", "names with an array of labels", 'labels "inferred"');
  const all = (await folder.list()).filter((path) => !path.split("/").some((name) => name.startsWith(".")));
  const files = all.filter((path) => endings.includes(/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""));
  if (labels !== "inferred") {
    if (files.length === 0) refuse("directory", text(folder.name), `a folder with files that end in ${endings.join(", ")}`);
    if (labels !== null && labels.length !== files.length)
      refuse("labels", `${labels.length} labels for ${files.length} files`, "one for each file");
    return {
      samples: files.map((path, i): Sample => ({ path, label: labels?.[i] ?? 0 })),
      names: null,
      count: labels === null ? 0 : Math.max(...labels) + 1,
    };
  }
  const found = [...new Set(all.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/"))))].sort();
  if (found.length === 0) {
    throw new ValueError(`${where}.directory`, {
      given: `${text(folder.name)}, which has no folders with files`,
      expected: "a folder for each class",
      hint: "labels: null reads the files of one folder without classes.",
    });
  }
  const names = classNames ?? found;
  const unknown = names.find((name, i) => !found.includes(name) || names.indexOf(name) < i);
  if (unknown !== undefined) refuse("classNames", `${text(names)} for the folders ${text(found)}`, "names of folders, each once");
  const numbers = new Map(names.map((name, i) => [name, i]));
  const samples = files
    .filter((path) => path.includes("/"))
    // Files of folders that are not named are left out.
    .flatMap((path): Sample[] => {
      const label = numbers.get(path.slice(0, path.indexOf("/")));
      return label === undefined ? [] : [{ path, label }];
    });
  if (samples.length === 0) refuse("directory", text(folder.name), `folders with files that end in ${endings.join(", ")}`);
  samples.sort((a, b) => a.label - b.label);
  return { samples, names, count: names.length };
}

/** Datasets of the parts of a folder that are asked for. */
async function fromDirectory<T>(
  where: string,
  directory: Directory,
  endings: readonly string[],
  options: Labelling,
  read: (folder: Folder, path: string) => Promise<unknown>,
): Promise<DirectoryDataset<T> | [DirectoryDataset<T>, DirectoryDataset<T>]> {
  const { labels, batchSize, shuffle, validationSplit, subset } = options;
  const labelMode = labels === null ? null : options.labelMode;
  if (validationSplit !== null && !(validationSplit > 0 && validationSplit < 1)) {
    throw new ValueError(`${where}.validationSplit`, { given: String(validationSplit), expected: "a number between 0 and 1" });
  }
  if ((validationSplit === null) !== (subset === null)) {
    throw new ArgumentError(`${where}.${subset === null ? "subset" : "validationSplit"}`, {
      given: "one of subset and validationSplit",
      expected: "both or neither",
    });
  }
  if (validationSplit !== null && shuffle && options.seed === null) {
    throw new ArgumentError(`${where}.seed`, {
      given: "no seed",
      expected: "one, so that the parts do not overlap",
      hint: "Or shuffle: false.",
    });
  }
  const folder = openFolder(where, directory);
  const { samples: listed, names, count } = await samplesOf(where, folder, endings, options);
  if (labelMode === "binary" && count !== 2) {
    throw new ValueError(`${where}.labelMode`, { given: `"binary" with ${count} classes`, expected: "two classes" });
  }
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  // A seed orders the files as in Keras, so that the parts are the same ones.
  const samples = shuffle ? new RandomState(seed).permutation(listed.length).map((place) => listed[place]!) : listed;
  const held = Math.trunc((validationSplit ?? 0) * samples.length);
  const part = (which: "training" | "validation"): DirectoryDataset<T> => {
    const chosen = which === "training" ? samples.slice(0, samples.length - held) : samples.slice(samples.length - held);
    if (chosen.length === 0) {
      throw new ValueError(`${where}.validationSplit`, {
        given: `${validationSplit} of ${samples.length} files`,
        expected: `files for ${which}`,
      });
    }
    const order = Dataset.range(chosen.length);
    const shuffled = shuffle ? order.shuffle(batchSize === null ? 1024 : chosen.length, { seed }) : order;
    const element = async (index: Tensor): Promise<unknown> => {
      const { path, label } = chosen[index.item() as number]!;
      const value = await read(folder, path);
      return labelMode === null ? value : [value, labelOf(label, count, labelMode)];
    };
    const elements = shuffled.map(element as never, { numParallelCalls: AUTOTUNE }) as unknown as Dataset<T>;
    const facts = { classNames: names, filePaths: chosen.map(({ path }) => path) };
    const batches = (files: Dataset<T>): DirectoryDataset<T> =>
      Object.assign((batchSize === null ? files : files.batch(batchSize)).prefetch(AUTOTUNE), facts);
    // A bad file costs itself, not the batch that it would stand in.
    return Object.defineProperty(batches(elements), "ignoreErrors", {
      value: (...given: Parameters<Dataset<T>["ignoreErrors"]>): DirectoryDataset<T> => {
        const good = elements.ignoreErrors(...given);
        return Object.defineProperty(batches(good), "ignoredErrors", { get: () => good.ignoredErrors });
      },
    });
  };
  if (subset === "both") return [part("training"), part("validation")];
  return part(subset ?? "training");
}

function labelOf(label: number, count: number, mode: "int" | "categorical" | "binary"): Tensor {
  if (mode === "int") return adoptTensor(Int32Array.of(label), [], "int32");
  if (mode === "binary") return adoptTensor(Float32Array.of(label), [1], "float32");
  return toCategorical(label, { numClasses: count });
}

/** A picture as large as fits into a size, with zeros around it. Keras has tf.image.resize_with_pad here. */
function withinSize(pixels: Tensor, [height, width]: readonly [number, number], interpolation: string): Tensor {
  const [inHeight, inWidth] = pixels.shape as [number, number, number];
  const ratio = Math.max(inWidth / width, inHeight / height);
  const [tall, wide] = [Math.floor(inHeight / ratio), Math.floor(inWidth / ratio)];
  const [top, left] = [Math.floor((height - tall) / 2), Math.floor((width - wide) / 2)];
  const resized = image.resize(pixels, [tall, wide], { interpolation });
  return pad(resized, [[top, height - tall - top], [left, width - wide - left], [0, 0]]); // prettier-ignore
}

/** See directories.ts. */
export async function imageDatasetFromDirectory<const O extends Options<typeof imageOptions>>(
  given: Given<O>,
  others?: O,
): Promise<Subsets<O, [Tensor, Tensor]>> {
  const where = "imageDatasetFromDirectory";
  const [directory, options] = partsOf(where, given, others);
  const checked = imageOptions.parse(where, [options]);
  const { colorMode, interpolation, cropToAspectRatio, padToAspectRatio, dataFormat } = checked;
  const size = checked.imageSize as [number, number];
  if (cropToAspectRatio && padToAspectRatio) {
    throw new ArgumentError(where, { given: "cropToAspectRatio and padToAspectRatio", expected: "one of them" });
  }
  const read = async (folder: Folder, path: string): Promise<Tensor> => {
    const picture = await decodeImage(await folder.read(path), `${where} ${JSON.stringify(`${folder.name}/${path}`)}`);
    const pixels = cast(inColors(picture, colorMode), "float32");
    const resized = cropToAspectRatio
      ? smartResize(pixels, size, { interpolation })
      : padToAspectRatio
        ? withinSize(pixels, size, interpolation)
        : image.resize(pixels, size, { interpolation });
    return dataFormat === "channels_first" ? transpose(resized, [2, 0, 1]) : resized;
  };
  return (await fromDirectory(where, directory, ["bmp", "gif", "jpeg", "jpg", "png", "webp"], checked, read)) as unknown as Subsets<
    O,
    [Tensor, Tensor]
  >;
}

/** See directories.ts. */
export async function textDatasetFromDirectory<const O extends Options<typeof textOptions>>(
  given: Given<O>,
  others?: O,
): Promise<Subsets<O, [string[], Tensor]>> {
  const where = "textDatasetFromDirectory";
  const [directory, options] = partsOf(where, given, others);
  const checked = textOptions.parse(where, [options]);
  const decoder = new TextDecoder();
  const read = async (folder: Folder, path: string): Promise<string> => {
    const whole = decoder.decode(await folder.read(path));
    return checked.maxLength === null ? whole : whole.slice(0, checked.maxLength);
  };
  return (await fromDirectory(where, directory, ["txt"], checked, read)) as unknown as Subsets<O, [string[], Tensor]>;
}

/** See directories.ts. */
export async function audioDatasetFromDirectory<const O extends Options<typeof audioOptions>>(
  given: Given<O>,
  others?: O,
): Promise<Subsets<O, [Tensor, Tensor]>> {
  const where = "audioDatasetFromDirectory";
  const [directory, options] = partsOf(where, given, others);
  const checked = audioOptions.parse(where, [options]);
  const read = async (folder: Folder, path: string): Promise<Tensor> => {
    const { samples, channels } = decodeWav(await folder.read(path), `${where} ${JSON.stringify(`${folder.name}/${path}`)}`);
    const length = checked.outputSequenceLength ?? samples.length / channels;
    const fitted = new Float32Array(length * channels);
    fitted.set(samples.subarray(0, fitted.length));
    return adoptTensor(fitted, [length, channels], "float32");
  };
  return (await fromDirectory(where, directory, ["wav"], checked, read)) as unknown as Subsets<O, [Tensor, Tensor]>;
}
