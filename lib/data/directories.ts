// keras.utils: datasets of the files of a folder. What reads them is loaded with the first one.

type Makers = typeof import("./from-directory.js");

export type { DirectoryDataset } from "./from-directory.js";

/**
 * A dataset of the images of a folder: elements `[image, label]`, float32 `[batch, height, width, channels]`.
 *
 * ```ts
 * for (const name of ["cats", "dogs"]) await keras.utils.saveImg(`pets/${name}/1.png`, tf.ones([8, 8, 3]));
 * const pets = await keras.utils.imageDatasetFromDirectory("pets", { imageSize: [4, 4] });
 * pets.classNames; // ["cats", "dogs"]
 * ```
 *
 * @param directory  a folder with a subfolder for each class; in a page a FileSystemDirectoryHandle
 * @param options    `labels` ("inferred", an array in the order of `filePaths` without `shuffle`, or null), `labelMode` ("int",
 *                   "categorical", "binary"; null for no labels), `classNames` (some of the subfolders, in the order of their numbers),
 *                   `colorMode` ("rgb", "grayscale", "rgba"), `batchSize` (32; null for single images), `imageSize` ([256, 256], or one
 *                   number), `shuffle` (true), `seed`, `validationSplit` with `subset` ("training", "validation", "both"),
 *                   `interpolation` ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
 *                   `cropToAspectRatio`, `padToAspectRatio`, `dataFormat`, `followLinks` (false), `verbose` (true: what was found is told)
 * @returns          the dataset, with `classNames` and `filePaths`; two of them for `subset: "both"`
 *
 * Keras: keras.utils.image_dataset_from_directory
 */
export const imageDatasetFromDirectory: Makers["imageDatasetFromDirectory"] = async (directory, ...options) =>
  (await import("./from-directory.js")).imageDatasetFromDirectory(directory, ...options);

/**
 * A dataset of the texts of a folder: elements `[text, label]`, batches of strings. Options as of imageDatasetFromDirectory where they make
 * sense; `maxLength` cuts texts to so many bytes, between characters. Keras: keras.utils.text_dataset_from_directory
 */
export const textDatasetFromDirectory: Makers["textDatasetFromDirectory"] = async (directory, ...options) =>
  (await import("./from-directory.js")).textDatasetFromDirectory(directory, ...options);

/**
 * A dataset of the WAV files of a folder: elements `[sound, label]`, float32 `[batch, time, channels]` from −1 to 1. Sounds are cut or
 * filled up with silence to `outputSequenceLength` samples, without it to the longest of their batch; `ragged: true` keeps their lengths.
 * `samplingRate` brings them to one rate, after they were cut. Keras: keras.utils.audio_dataset_from_directory
 */
export const audioDatasetFromDirectory: Makers["audioDatasetFromDirectory"] = async (directory, ...options) =>
  (await import("./from-directory.js")).audioDatasetFromDirectory(directory, ...options);
