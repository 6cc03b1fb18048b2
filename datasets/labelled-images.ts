import * as tf from "../lib/index.js";
import { parseIdx } from "./idx.js";

/** A file of a data set, and the SHA-256 of its decompressed content. */
export interface DatasetFile {
  readonly file: string;
  readonly sha256: string;
}

export interface LabelledImagesFacts {
  /** The folder below `datasets/` that holds the files. */
  readonly folder: string;
  /** Name of each class, in the order of labels. */
  readonly classNames: readonly string[];
  readonly train: { readonly images: DatasetFile; readonly labels: DatasetFile };
  readonly test: { readonly images: DatasetFile; readonly labels: DatasetFile };
}

export interface LoadDataOptions {
  /** Folder that holds the files, where it is not the one that ships with the package: on a server of one's own, say. */
  readonly baseUrl?: string | URL;
}

/** Images and their labels, apart for training and test: uint8, `[examples, height, width]` and `[examples]`. */
export type LabelledImagesData = [train: [images: tf.Tensor, labels: tf.Tensor], test: [images: tf.Tensor, labels: tf.Tensor]];

/** A data set of labelled images. */
export interface LabelledImages {
  readonly classNames: readonly string[];
  /** Reads the data set: `const [[trainX, trainY], [testX, testY]] = await loadData()`. */
  loadData(options?: LoadDataOptions): Promise<LabelledImagesData>;
}

/** A data set of labelled images in IDX files. This is all that a data set of the MNIST family needs to say. */
export function labelledImages({ folder, classNames, train, test }: LabelledImagesFacts): LabelledImages {
  const loadPart = async ({ images, labels }: LabelledImagesFacts["train"], base: URL): Promise<[tf.Tensor, tf.Tensor]> => {
    const load = async ({ file, sha256 }: DatasetFile) => parseIdx(await tf.io.readAsset(new URL(file, base), { sha256 }), file);
    return Promise.all([load(images), load(labels)]);
  };
  return {
    classNames,
    async loadData({ baseUrl = shipped(folder) } = {}) {
      const base = new URL(String(baseUrl).replace(/\/?$/, "/"));
      return Promise.all([loadPart(train, base), loadPart(test, base)]);
    },
  };
}

/** Where the package keeps a data set. Compiled code stands two folders below the package's root, bundled or not. */
const shipped = (folder: string): URL => new URL(`../../datasets/${folder}/`, import.meta.url);
