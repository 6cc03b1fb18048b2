// The files of a folder with the numbers of their classes, in the order and the parts that Keras makes of them.

import { platform } from "#platform";
import { boolean, field, integer, invalid, list, nullable, number, oneOf, positiveInteger, string } from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { byCodePoints, filesBelow, type Folder } from "./folder.js";
import { RandomState } from "./known/mersenne.js";
import { toCategorical } from "./to-categorical.js";

/** How the classes of files stand in elements: options of every data set of a folder. */
export const labelling = {
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
  followLinks: boolean(false),
  verbose: boolean(true),
} as const;

export interface Labelling {
  readonly labels: "inferred" | readonly number[] | null;
  readonly labelMode: "int" | "categorical" | "binary" | null;
  readonly classNames: readonly string[] | null;
  readonly batchSize: number | null;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly validationSplit: number | null;
  readonly subset: "training" | "validation" | "both" | null;
  readonly followLinks: boolean;
  readonly verbose: boolean;
}

/** A file with the number of its class. */
export interface Sample {
  readonly path: string;
  readonly label: number;
}

/** What stands in a folder. */
interface Listed {
  readonly samples: readonly Sample[];
  /** The names of the classes by their numbers; null where there are no labels. */
  readonly classNames: readonly string[] | null;
}

type Refuse = (option: string, given: string, expected: string, hint?: string) => never;

/** Options that do not fit together, before a file is looked at. */
function checkTogether({ labels, classNames, validationSplit, subset, shuffle, seed }: Labelling, refuse: Refuse): void {
  if (classNames !== null && labels !== "inferred")
    refuse("classNames", `names of classes with labels ${text(labels)}`, 'labels "inferred" and a labelMode');
  if (validationSplit !== null && !(validationSplit >= 0 && validationSplit < 1))
    refuse("validationSplit", String(validationSplit), "a number between 0 and 1");
  if (!validationSplit !== (subset === null))
    refuse(subset === null ? "subset" : "validationSplit", "one of subset and validationSplit", "both or neither");
  if (validationSplit && shuffle && seed === null) refuse("seed", "no seed", "one, so that the parts do not overlap", "Or shuffle: false.");
}

/** The files with one of the endings, by class. */
async function listed(folder: Folder, endings: readonly string[], options: Labelling, refuse: Refuse): Promise<Listed> {
  const { labels, classNames, followLinks } = options;
  const filesOf = async (inner: string): Promise<string[]> =>
    (await filesBelow(folder, inner, followLinks)).filter((path) => endings.some((each) => path.toLowerCase().endsWith(`.${each}`)));
  if (labels !== "inferred") {
    const files = await filesOf("");
    if (labels !== null && labels.length !== files.length)
      refuse("labels", `${labels.length} labels for ${files.length} files`, "one for each file");
    const names = labels && [...new Set(labels)].sort((a, b) => a - b).map(String);
    return { samples: files.map((path, i) => ({ path, label: labels?.[i] ?? 0 })), classNames: names };
  }
  const found = (await folder.entries(""))
    .filter(({ name, isFolder }) => isFolder && !name.startsWith("."))
    .map(({ name }) => name)
    .sort(byCodePoints);
  if (found.length === 0) {
    const hint = "labels: null reads the files of one folder without classes.";
    refuse("directory", `${text(folder.name)}, which has no folders`, "a folder for each class", hint);
  }
  const names = classNames ?? found;
  if (!names.every((name, i) => found.includes(name) && names.indexOf(name) === i))
    refuse("classNames", `${text(names)} for the folders ${text(found)}`, "names of folders, each once");
  const files = await Promise.all(names.map(filesOf));
  return { samples: files.flatMap((paths, label) => paths.map((path): Sample => ({ path, label }))), classNames: names };
}

/** The classes of a folder and its files in the order of a seed, with the parts that were asked for. */
export async function labelledFiles(where: string, folder: Folder, endings: readonly string[], given: Labelling) {
  const refuse: Refuse = (option, given, expected, hint) => {
    throw new (option === "directory" || option === "validationSplit" ? ValueError : ArgumentError)(`${where}.${option}`, {
      given,
      expected,
      ...(hint !== undefined && { hint }),
    });
  };
  // Without labels there is nothing to put into a mode, and without a mode there are no labels.
  const isLabelled = given.labels !== null && given.labelMode !== null;
  const options = isLabelled ? given : { ...given, labels: null, labelMode: null };
  checkTogether(options, refuse);
  const { samples: inOrder, classNames } = await listed(folder, endings, options, refuse);
  const tell = (line: string): void => void (options.verbose && platform.output.write(`${line}\n`));
  tell(`Found ${inOrder.length} files${classNames ? ` belonging to ${classNames.length} classes` : ""}.`);
  if (inOrder.length === 0) refuse("directory", text(folder.name), `files that end in ${endings.map((each) => `.${each}`).join(", ")}`);
  const label = labelMaker(options.labelMode, classNames?.length ?? 0, inOrder, refuse);
  const seed = options.seed ?? Math.floor(Math.random() * 1e6);
  const order = options.shuffle ? new RandomState(seed).permutation(inOrder.length) : inOrder.keys();
  const samples = Array.from(order, (place) => inOrder[place]!);
  const { validationSplit, subset } = options;
  if (subset === null) return { parts: { all: samples }, classNames, label, seed };
  const held = Math.trunc(validationSplit! * samples.length);
  if (held === 0 || held === samples.length) {
    refuse("validationSplit", `${validationSplit} of ${samples.length} files`, "files for both parts");
  }
  const parts = {
    ...(subset !== "validation" && { training: samples.slice(0, -held) }),
    ...(subset !== "training" && { validation: samples.slice(-held) }),
  };
  for (const [name, { length }] of Object.entries(parts)) tell(`Using ${length} files for ${name}.`);
  return { parts, classNames, label, seed };
}

/** What makes a tensor of the number of a class; null where there are no labels. */
function labelMaker(
  mode: Labelling["labelMode"],
  count: number,
  samples: readonly Sample[],
  refuse: Refuse,
): ((label: number) => Tensor) | null {
  if (mode === null) return null;
  if (mode === "binary" && count !== 2) refuse("labelMode", `"binary" with ${count} classes`, "two classes");
  const far = mode !== "int" && samples.find(({ label }) => label >= count);
  if (far) refuse("labels", `the label ${far.label} with ${count} classes, "${mode}"`, `labels from 0 to ${count - 1}`);
  if (mode === "int") return (label) => adoptTensor(Int32Array.of(label), [], "int32");
  if (mode === "binary") return (label) => adoptTensor(Float32Array.of(label), [1], "float32");
  return (label) => toCategorical(label, { numClasses: count });
}
