// Images of files, changed and in batches: those of a folder, and those that a table names. Loaded with the first of them.

import { platform } from "#platform";
import type { OptionValues } from "../../../config/index.js";
import { constant } from "../../../core/convert.js";
import { ArgumentError, text, ValueError } from "../../../core/errors.js";
import { adoptTensor, type Tensor } from "../../../core/tensor.js";
import { cast, stack, transpose } from "../../../ops/index.js";
import { byCodePoints, filesBelow, type DirectoryHandle, type Folder, openFolder } from "../../folder.js";
import { readImage } from "../../image-files.js";
import { toCategorical } from "../../to-categorical.js";
import type { Augmenter } from "./augmenter.js";
import { ImageIterator, type FlowOptions, type ImageBatch } from "./iterator.js";
import type { dataframeOptions, directoryOptions } from "./options.js";
import { pixelsOf, type Pixels } from "./pixels.js";
import { checkSubset, rangeOfSubset } from "./subset.js";

type ClassMode = OptionValues<typeof dataframeOptions>["classMode"];

const endings = ["png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff"];
const isImage = (path: string): boolean => endings.some((ending) => path.toLowerCase().endsWith(`.${ending}`));

/** Files with their labels. */
interface Files {
  readonly names: readonly string[];
  read(index: number): Promise<Uint8Array>;
  pathOf(index: number): string;
  /** The number of the class of each file; several where a file has several. */
  readonly classes: readonly (number | readonly number[])[] | null;
  readonly classNames: readonly string[];
  /** What stands for labels in the modes "raw" and "multi_output". */
  readonly targets?: readonly Tensor[];
  readonly weights?: Float32Array | null;
}

type ReadOptions = FlowOptions &
  Pick<OptionValues<typeof dataframeOptions>, "targetSize" | "colorMode" | "interpolation" | "keepAspectRatio" | "classMode">;

/** A flow of images of files. */
export class FileIterator<B = ImageBatch> extends ImageIterator<B> {
  readonly targetSize: readonly [number, number];
  readonly colorMode: "rgb" | "rgba" | "grayscale";
  readonly classMode: ClassMode;
  /** [height, width, channels], or channels first. */
  readonly imageShape: readonly number[];
  /** The number of the class of each file. */
  readonly classes: Files["classes"];
  /** The number of each class by its name. */
  readonly classIndices: Readonly<Record<string, number>>;
  readonly numClasses: number;
  /** How many files there are. */
  readonly samples: number;
  readonly filenames: readonly string[];
  readonly #files: Files;
  readonly #reading: ReadOptions;

  constructor(
    readonly where: string,
    files: Files,
    augmenter: Augmenter,
    options: ReadOptions,
  ) {
    super(files.names.length, options, augmenter);
    this.#files = files;
    this.#reading = options;
    this.targetSize = options.targetSize as [number, number];
    this.colorMode = options.colorMode;
    this.classMode = options.classMode;
    const channels = { rgb: 3, rgba: 4, grayscale: 1 }[options.colorMode];
    this.imageShape = augmenter.options.dataFormat === "channels_last" ? [...this.targetSize, channels] : [channels, ...this.targetSize];
    this.classes = files.classes;
    this.numClasses = files.classNames.length;
    this.classIndices = Object.fromEntries(files.classNames.map((name, i) => [name, i]));
    this.samples = files.names.length;
    this.filenames = files.names;
  }

  /** The whole paths of the files. */
  get filepaths(): readonly string[] {
    return this.filenames.map((_, i) => this.#files.pathOf(i));
  }

  get labels(): Files["classes"] | readonly Tensor[] {
    return this.#files.targets ?? this.classes;
  }

  protected override get eachShape(): readonly number[] {
    return this.imageShape;
  }

  /** The files of a batch are read and decoded at the same time. */
  protected override async *imagesOf(indices: readonly number[]): AsyncGenerator<Pixels, void, void> {
    const isLast = this.augmenter.options.dataFormat === "channels_last";
    const reads = indices.map(async (index): Promise<Pixels> => {
      const name = `${this.where} ${JSON.stringify(this.#files.pathOf(index))}`;
      const image = await readImage(name, await this.#files.read(index), this.#reading);
      return pixelsOf(name, isLast ? image : transpose(image, [2, 0, 1]));
    });
    // All are waited for, and the first fault is told where it stands.
    for (const each of reads) each.catch(() => undefined);
    for (const each of reads) yield await each;
  }

  protected override together(images: Tensor, indices: readonly number[]): B {
    const labels = this.#labelsOf(images, indices);
    if (labels === null) return images as B;
    const { weights } = this.#files;
    return (weights ? [images, labels, constant(indices.map((index) => weights[index]!))] : [images, labels]) as B;
  }

  #labelsOf(images: Tensor, indices: readonly number[]): unknown {
    const { classMode } = this;
    if (classMode === null) return null;
    if (classMode === "input") return images;
    const { targets } = this.#files;
    if (targets) {
      const rows = targets.map((target) => constant(indices.map((index) => target.at(index)) as never));
      return classMode === "raw" ? rows[0] : rows;
    }
    const classes = indices.map((index) => this.classes![index]!);
    if (classMode !== "categorical") return cast(constant(classes as number[]), this.dtype);
    const row = (those: number | readonly number[]): Tensor => {
      const values = new Float32Array(this.numClasses);
      for (const each of typeof those === "number" ? [those] : those) values[each] = 1;
      return adoptTensor(values, [this.numClasses], "float32");
    };
    const isSingle = classes.every((each) => typeof each === "number");
    return cast(isSingle ? toCategorical(classes as number[], { numClasses: this.numClasses }) : stack(classes.map(row)), this.dtype);
  }
}

const tell = (line: string): void => platform.output.write(`${line}\n`);

/** The flow of a folder with a folder for each class. */
export async function flowFromDirectory<B>(
  directory: string | URL | DirectoryHandle,
  augmenter: Augmenter,
  options: OptionValues<typeof directoryOptions>,
): Promise<FileIterator<B>> {
  const where = "ImageDataGenerator.flowFromDirectory";
  const { validationSplit } = augmenter.options;
  checkSubset(where, options.subset, validationSplit);
  const folder = openFolder(where, directory);
  const found = (await folder.entries(""))
    .filter(({ isFolder }) => isFolder)
    .map(({ name }) => name)
    .sort(byCodePoints);
  const classNames = options.classes?.length ? options.classes : found;
  const missing = classNames.find((name) => !found.includes(name));
  if (missing !== undefined)
    throw new ValueError(`${where}.classes`, { given: text(missing), expected: `names of folders in ${folder.name}: ${found.join(", ")}` });
  const paths: string[] = [];
  const classes: number[] = [];
  for (const [label, name] of classNames.entries()) {
    const files = (await filesBelow(folder, name, options.followLinks)).filter(isImage);
    for (const path of files.slice(...rangeOfSubset(files.length, options.subset, validationSplit))) {
      paths.push(path);
      classes.push(label);
    }
  }
  tell(`Found ${paths.length} images belonging to ${classNames.length} classes.`);
  const files: Files = {
    names: paths,
    read: (index) => folder.read(paths[index]!),
    pathOf: (index) => folder.pathOf(paths[index]!),
    classes,
    classNames,
  };
  return new FileIterator(where, files, augmenter, options);
}

/** A table: columns by their names, or rows. */
export type Dataframe = Readonly<Record<string, ArrayLike<unknown>>> | readonly Readonly<Record<string, unknown>>[];

type Row = Readonly<Record<string, unknown>>;

function rowsOf(where: string, dataframe: Dataframe): readonly Row[] {
  if (Array.isArray(dataframe)) return dataframe as readonly Row[];
  const columns = Object.entries(dataframe as Readonly<Record<string, ArrayLike<unknown>>>).map(
    ([name, values]) => [name, Array.from(values)] as const,
  );
  const [length = 0, ...others] = new Set(columns.map(([, values]) => values.length));
  if (others.length > 0)
    throw new ValueError(where, { given: "columns of different lengths", expected: "a value for each row in all of them" });
  return Array.from({ length }, (_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]])));
}

/** Which of these files there are. */
async function existing(where: string, folderOf: (inner: string) => Folder, names: readonly string[]): Promise<ReadonlySet<string>> {
  const parents = new Map<string, Promise<ReadonlySet<string>>>();
  const listed = async (inner: string): Promise<ReadonlySet<string>> => {
    try {
      const entries = await folderOf(inner).entries("");
      return new Set(entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name));
    } catch {
      return new Set();
    }
  };
  const there = new Set<string>();
  for (const name of names) {
    const slash = name.lastIndexOf("/");
    const inner = name.slice(0, Math.max(slash, 0)) || (slash === 0 ? "/" : "");
    if (!parents.has(inner)) parents.set(inner, listed(inner));
    if (isImage(name) && (await parents.get(inner)!).has(name.slice(slash + 1))) there.add(name);
  }
  const count = names.filter((name) => !there.has(name)).length;
  if (count > 0) console.warn(`${where}: ${count} names of no image files are left out.`);
  return there;
}

/** The flow of the files that a table names. */
export async function flowFromDataframe<B>(
  dataframe: Dataframe,
  augmenter: Augmenter,
  options: OptionValues<typeof dataframeOptions>,
): Promise<FileIterator<B>> {
  const where = "ImageDataGenerator.flowFromDataframe";
  const { xCol, yCol, weightCol, classMode, validateFilenames, subset } = options;
  const { validationSplit } = augmenter.options;
  checkSubset(where, subset, validationSplit);
  const labelled = classMode === "categorical" || classMode === "binary" || classMode === "sparse";
  const wanted = [yCol].flat().slice(0, classMode === "multi_output" ? undefined : 1);
  if (classMode === "multi_output" && !Array.isArray(yCol))
    throw new ArgumentError(`${where}.yCol`, { given: text(yCol), expected: 'names of several columns for classMode "multi_output"' });
  const hasLabels = classMode !== null && classMode !== "input";
  const needed = [xCol, ...(hasLabels ? wanted : []), ...(weightCol === null ? [] : [weightCol])];
  let rows = rowsOf(where, dataframe);
  for (const column of needed) {
    const bad = rows.findIndex((row) => !(column in row));
    if (bad >= 0 || rows.length === 0)
      throw new ValueError(where, {
        given: `no column ${text(column)} in row ${Math.max(bad, 0)}`,
        expected: `the columns ${needed.join(", ")}`,
      });
  }
  const check = (column: string, isGood: (value: unknown) => boolean, expected: string): void => {
    const bad = rows.findIndex((row) => !isGood(row[column]));
    if (bad >= 0) throw new ValueError(`${where}.${column}`, { given: `${text(rows[bad]![column])} in row ${bad}`, expected });
  };
  const isText = (value: unknown): value is string => typeof value === "string";
  check(xCol, isText, "names of files");
  const [label] = wanted as [string];
  if (classMode === "binary" || classMode === "sparse") check(label, isText, "classes as strings");
  const isTexts = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText));
  if (classMode === "categorical") check(label, isTexts, "classes as strings, or arrays of them");
  if (weightCol !== null) check(weightCol, Number.isFinite, "numbers");

  const directory = options.directory as string | URL | DirectoryHandle | null;
  const isPath = directory === null || typeof directory === "string" || directory instanceof URL;
  const root = directory === null ? null : openFolder(where, directory);
  const prefix = directory === null ? "" : `${String(directory).replace(/\/$/, "")}/`;
  if (validateFilenames) {
    const names = rows.map((row) => row[xCol] as string);
    const there = isPath
      ? await existing(where, (inner) => openFolder(where, `${prefix}${inner}` || "."), names)
      : new Set(await filesBelow(root!, "", true));
    rows = rows.filter((row) => there.has(row[xCol] as string));
  }
  const all = rows.flatMap((row) => row[label] as string | string[]);
  const classNames = !labelled ? [] : options.classes?.length ? [...new Set(options.classes)] : [...new Set(all)].sort(byCodePoints);
  if (classMode === "binary" && classNames.length !== 2)
    throw new ValueError(`${where}.classMode`, { given: `"binary" with ${classNames.length} classes`, expected: "two classes" });
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  const numbersOf = (value: unknown): number | number[] | undefined => {
    if (!Array.isArray(value)) return numbers.get(value as string);
    const known = value.map((each) => numbers.get(each as string)).filter((each) => each !== undefined);
    return known.length === 0 ? undefined : known;
  };
  if (labelled) rows = rows.filter((row) => numbersOf(row[label]) !== undefined);
  rows = rows.slice(...rangeOfSubset(rows.length, subset, validationSplit));
  const names = rows.map((row) => row[xCol] as string);
  const kind = validateFilenames ? "validated" : "non-validated";
  tell(`Found ${names.length} ${kind} image filenames${labelled ? ` belonging to ${classNames.length} classes` : ""}.`);
  const isRaw = classMode === "raw" || classMode === "multi_output";
  const files: Files = {
    names,
    read: (index) => (isPath ? platform.readFile(`${prefix}${names[index]!}`) : root!.read(names[index]!)),
    pathOf: (index) => `${isPath ? prefix : ""}${names[index]!}`,
    classes: labelled ? rows.map((row) => numbersOf(row[label])!) : null,
    classNames,
    ...(isRaw && { targets: wanted.map((column) => constant(rows.map((row) => row[column]) as never)) }),
    weights: weightCol === null ? null : Float32Array.from(rows, (row) => row[weightCol] as number),
  };
  return new FileIterator(where, files, augmenter, options);
}
