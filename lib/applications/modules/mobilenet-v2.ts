// keras.applications.mobilenetV2: a table of contents.

import { preprocessing } from "../preprocess.js";

export { MobileNetV2 } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/**
 * Images as the network was trained on them: the mode "tf". Keras: preprocess_input
 *
 * ```ts
 * keras.applications.mobilenetV2.preprocessInput([[[0, 127.5, 255]]]); // [[[-1, 0, 1]]]
 * ```
 */
export const preprocessInput = preprocessing("tf");
