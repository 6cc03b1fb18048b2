// What ImageDataGenerator and its iterators take.

import {
  boolean,
  dataFormat,
  either,
  field,
  integer,
  invalid,
  list,
  nonNegativeNumber,
  nullable,
  number,
  oneOf,
  positiveInteger,
  schema,
  string,
  tuple,
  unwritten,
  withDefault,
} from "../../../config/index.js";
import type { Tensor } from "../../../core/tensor.js";
import { fillModes, order } from "./affine.js";

const shift = withDefault(either(number(), list(number())), 0);

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each));

const pair = field<readonly [number, number]>({
  expected: "the least and the largest factor",
  parse: (value) => (isPair(value) ? value : invalid),
});

/** A number is how far from 1 on both sides. */
const zoom = withDefault(
  field<number | readonly number[], readonly number[]>({
    expected: "a number, or the least and the largest factor",
    parse: (value) => {
      if (typeof value === "number" && Number.isFinite(value)) return [1 - value, 1 + value];
      return isPair(value) ? value : invalid;
    },
  }),
  0,
);

const perhaps = unwritten(
  nullable(
    field<(image: Tensor) => unknown>({
      expected: "a function of an image",
      parse: (value) => (typeof value === "function" ? (value as (image: Tensor) => unknown) : invalid),
    }),
  ),
);

export const generatorOptions = schema(
  [
    "featurewiseCenter",
    "samplewiseCenter",
    "featurewiseStdNormalization",
    "samplewiseStdNormalization",
    "zcaWhitening",
    "zcaEpsilon",
    "rotationRange",
    "widthShiftRange",
    "heightShiftRange",
    "brightnessRange",
    "shearRange",
    "zoomRange",
    "channelShiftRange",
    "fillMode",
    "cval",
    "horizontalFlip",
    "verticalFlip",
    "rescale",
    "preprocessingFunction",
    "dataFormat",
    "validationSplit",
    "interpolationOrder",
    "dtype",
  ],
  {
    featurewiseCenter: boolean(false),
    samplewiseCenter: boolean(false),
    featurewiseStdNormalization: boolean(false),
    samplewiseStdNormalization: boolean(false),
    zcaWhitening: boolean(false),
    zcaEpsilon: nonNegativeNumber(1e-6),
    rotationRange: number(0),
    widthShiftRange: shift,
    heightShiftRange: shift,
    brightnessRange: nullable(pair),
    shearRange: number(0),
    zoomRange: zoom,
    channelShiftRange: number(0),
    fillMode: oneOf(fillModes, "nearest"),
    cval: number(0),
    horizontalFlip: boolean(false),
    verticalFlip: boolean(false),
    rescale: nullable(number()),
    preprocessingFunction: perhaps,
    dataFormat: dataFormat(),
    validationSplit: number(0),
    interpolationOrder: order,
    dtype: nullable(string()),
  },
);

const saving = { saveToDir: nullable(string()), savePrefix: string(""), saveFormat: oneOf(["png", "jpeg", "jpg"], "png") };
const flow = {
  batchSize: positiveInteger(32),
  shuffle: boolean(true),
  seed: nullable(integer()),
  ...saving,
  subset: nullable(oneOf(["training", "validation"])),
};

export const arrayOptions = schema(
  ["batchSize", "shuffle", "sampleWeight", "seed", "saveToDir", "savePrefix", "saveFormat", "ignoreClassSplit", "subset"],
  {
    ...flow,
    ignoreClassSplit: boolean(false),
    sampleWeight: nullable(field<unknown>({ expected: "a weight for each image", parse: (value) => value })),
  },
);

const reading = {
  targetSize: tuple(2, positiveInteger(), [256, 256]),
  colorMode: oneOf(["rgb", "rgba", "grayscale"], "rgb"),
  classes: nullable(list(string())),
  interpolation: oneOf(["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"], "nearest"),
  keepAspectRatio: boolean(false),
  ...flow,
} as const;

const afterwards = ["batchSize", "shuffle", "seed", "saveToDir", "savePrefix", "saveFormat"] as const;

export const directoryOptions = schema(
  ["targetSize", "colorMode", "classes", "classMode", ...afterwards, "followLinks", "subset", "interpolation", "keepAspectRatio"],
  {
    ...reading,
    classMode: nullable(oneOf(["categorical", "binary", "sparse", "input"]), "categorical"),
    followLinks: boolean(false),
  },
);

export const dataframeOptions = schema(
  [
    "directory",
    "xCol",
    "yCol",
    "weightCol",
    "targetSize",
    "colorMode",
    "classes",
    "classMode",
    ...afterwards,
    "subset",
    "interpolation",
    "validateFilenames",
  ],
  {
    directory: nullable(field<unknown>({ expected: "a folder", parse: (value) => value })),
    xCol: string("filename"),
    yCol: withDefault(either(string(), list(string())), "class"),
    weightCol: nullable(string()),
    ...reading,
    classMode: nullable(oneOf(["categorical", "binary", "sparse", "input", "multi_output", "raw"]), "categorical"),
    validateFilenames: boolean(true),
  },
);
