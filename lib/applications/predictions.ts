// The names of the classes that a network found most likely.

import { field, invalid, isPlainObject, nonNegativeInteger, nullable, schema } from "../config/index.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ShapeError } from "../core/errors.js";
import { shapeText } from "../core/shape.js";
import { FormatError } from "../formats/error.js";
import { parseJson } from "../formats/json.js";
import type { WeightsFile } from "./weights.js";

const CLASSES = 1000;

/** A class: its WordNet id and its name. */
export type ClassNames = Readonly<Record<string, readonly [id: string, name: string]>>;

/** A class with the score that a network gave it. */
export type Prediction = [id: string, name: string, score: number];

const indexFile: WeightsFile = {
  folder: "download.tensorflow.org/data",
  name: "imagenet_class_index.json",
  hash: "c2c37ea517e94d9795004a39431a14cb",
};

const isIndex = (value: unknown): value is ClassNames =>
  isPlainObject(value) &&
  Array.from({ length: CLASSES }, (_, i) => value[`${i}`]).every(
    (entry) => Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === "string"),
  );

const options = schema(["top"], {
  /** How many classes of each sample. */
  top: nonNegativeInteger(5),
  classIndex: nullable(
    field<ClassNames, ClassNames>({
      expected: 'a record of 1000 classes: { "0": ["n01440764", "tench"], … }',
      takesObjects: true,
      parse: (value) => (isIndex(value) ? value : invalid),
    }),
  ),
});

let loaded: Promise<ClassNames> | undefined;

async function load(): Promise<ClassNames> {
  const bytes = await (await import("./published.js")).published("decodePredictions", indexFile);
  const index: unknown = parseJson(new TextDecoder().decode(bytes), indexFile.name);
  if (isIndex(index)) return index;
  throw new FormatError(indexFile.name, { given: "a file of another form", expected: "1000 classes by number" });
}

/** What `decodePredictions` takes. */
export interface DecodeOptions {
  /** How many classes of each sample. Default: 5. */
  readonly top?: number;
  /** The classes by number, where they are not to be fetched: `{ "0": ["n01440764", "tench"], … }`. */
  readonly classIndex?: ClassNames | null;
}

/**
 * The likeliest classes of each sample, best first: `[id, name, score]`. The names are fetched once, like weights, or given.
 *
 * ```text
 * const [found] = await keras.applications.resnet.decodePredictions(await model.predict(image), { top: 3 });
 * ```
 *
 * ```ts
 * const classIndex = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, [`n${i}`, `class ${i}`]]));
 * const [found] = await keras.applications.convnext.decodePredictions(tf.oneHot([7], 1000), { top: 1, classIndex } as any);
 * found; // [["n7", "class 7", 1]]
 * ```
 *
 * @param preds  `[samples, 1000]`
 * @throws ShapeError for another shape. Keras: keras.applications.imagenet_utils.decode_predictions
 */
export async function decodePredictions(preds: TensorLike, ...given: readonly [(number | DecodeOptions)?]): Promise<Prediction[][]> {
  const { top, classIndex } = options.parse("decodePredictions", given);
  const tensor = asTensor(preds);
  if (tensor.rank !== 2 || tensor.shape[1] !== CLASSES) {
    throw new ShapeError("decodePredictions", { given: shapeText(tensor.shape), expected: `[samples, ${CLASSES}]` });
  }
  const names = classIndex ?? (await (loaded ??= load().catch((error: unknown) => ((loaded = undefined), Promise.reject(error as Error)))));
  const scores = tensor.data();
  // As in Python, where the last 0 of a list are all of it.
  const count = top === 0 ? CLASSES : Math.min(top, CLASSES);
  return Array.from({ length: tensor.shape[0]! }, (_, sample) => {
    const row = scores.subarray(sample * CLASSES, (sample + 1) * CLASSES);
    const order = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || b - a);
    return order.slice(0, count).map((i): Prediction => [...names[`${i}`]!, row[i]!]);
  });
}
