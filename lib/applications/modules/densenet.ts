// keras.applications.densenet: a table of contents.

import { preprocessing } from "../preprocess.js";

export { DenseNet121, DenseNet169, DenseNet201 } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/**
 * Images as the network was trained on them: the mode "torch". Keras: preprocess_input
 *
 * ```ts
 * keras.applications.densenet.preprocessInput(tf.fill([1, 1, 3], 255)); // [[[2.2489, 2.4286, 2.64]]]
 * ```
 */
export const preprocessInput = preprocessing("torch");
