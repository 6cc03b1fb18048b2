// Data sets of labelled images in IDX files: where their files are, how they are read, and what is told meanwhile.

import { addressOf, field, invalid, nullable, readAsset, schema, type Options, type Tensor } from "../lib/api/data-files.js";
import { parseIdx } from "./idx.js";

/** A file of a data set. */
export interface DatasetFile {
  readonly file: string;
  /** Where the package keeps it. Asked for at need: bundles of other formats than modules have no address of their own. */
  readonly url: () => URL;
  /** Its length. */
  readonly bytes: number;
  /** The SHA-256 of its decompressed content. */
  readonly sha256: string;
}

/** What a set of labelled images is: its files, classes, and sizes. */
export interface LabelledImagesFacts {
  /** What it is called in errors. */
  readonly name: string;
  /** Name of each class, in the order of labels. */
  readonly classNames: readonly string[];
  readonly train: { readonly images: DatasetFile; readonly labels: DatasetFile };
  readonly test: { readonly images: DatasetFile; readonly labels: DatasetFile };
}

/** How much of the files is there: bytes, as they lie on the server. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

const loadDataOptions = schema([], {
  /**
   * Folder that holds the files, where it is not the one that ships with the package: on a server of one's own, say. A relative one is
   * meant from the page's address, in Node from the working directory.
   */
  baseUrl: nullable(
    field<string | URL>({
      expected: "a path or a URL",
      parse: (value) => ((typeof value === "string" && value !== "") || value instanceof URL ? value : invalid),
    }),
  ),
  /** Told while the files come: `({ loaded, total }) => …`. */
  progress: nullable(
    field<(progress: LoadProgress) => void>({
      expected: "a function",
      takesObjects: true,
      parse: (value) => (typeof value === "function" ? (value as (progress: LoadProgress) => void) : invalid),
    }),
  ),
});

/** Where a data set comes from, and who is told how far it is. */
export type LoadDataOptions = Options<typeof loadDataOptions>;

/** Images and their labels, apart for training and test: uint8, `[examples, height, width]` and `[examples]`. */
export type LabelledImagesData = [train: [images: Tensor, labels: Tensor], test: [images: Tensor, labels: Tensor]];

/** A data set of labelled images. */
export interface LabelledImages {
  readonly classNames: readonly string[];
  /**
   * Reads the data set: `const [[trainX, trainY], [testX, testY]] = await loadData()`. A page fetches the files once and keeps them.
   *
   * @throws ValueError where a file is missing, damaged or another one
   */
  loadData(options?: LoadDataOptions): Promise<LabelledImagesData>;
}

/** A data set of labelled images in IDX files. This is all that a data set of the MNIST family needs to say. */
export function labelledImages({ name, classNames, train, test }: LabelledImagesFacts): LabelledImages {
  const files = [train.images, train.labels, test.images, test.labels];
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    classNames,
    async loadData(options = {}) {
      const { baseUrl, progress } = loadDataOptions.parse(`${name}.loadData`, [options]);
      const loaded = new Map<DatasetFile, number>();
      const tell = (file: DatasetFile, bytes: number) => {
        loaded.set(file, Math.min(bytes, file.bytes)); // a server that says Content-Encoding sends more than the file has
        progress?.({ loaded: [...loaded.values()].reduce((sum, each) => sum + each, 0), total });
      };
      const load = async (file: DatasetFile): Promise<Tensor> => {
        const url =
          baseUrl === null ? file.url : addressOf(`${name}.loadData.baseUrl`, `${String(baseUrl).replace(/\/?$/, "/")}${file.file}`);
        const bytes = await readAsset(url, { sha256: file.sha256, progress: (count) => tell(file, count) });
        tell(file, file.bytes);
        return parseIdx(bytes, file.file);
      };
      const [trainX, trainY, testX, testY] = (await Promise.all(files.map(load))) as [Tensor, Tensor, Tensor, Tensor];
      return [
        [trainX, trainY],
        [testX, testY],
      ];
    },
  };
}
