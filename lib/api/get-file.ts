// keras.utils.getFile, which comes with its first call.

import { family } from "../core/lazily.js";

export type { GetFileOptions } from "../saving/get-file.js";

/** The path of a file of the net that is kept in a cache. */
export const getFile = family(() => import("../saving/get-file.js"))("getFile");
