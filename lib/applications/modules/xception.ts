// keras.applications.xception: a table of contents.

import { preprocessing } from "../preprocess.js";

export { Xception } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/**
 * Images as the network was trained on them: the mode "tf". Keras: preprocess_input
 *
 * ```ts
 * keras.applications.xception.preprocessInput([[[0, 127.5, 255]]]); // [[[-1, 0, 1]]]
 * ```
 */
export const preprocessInput = preprocessing("tf");
