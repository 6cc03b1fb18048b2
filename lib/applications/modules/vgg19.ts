// keras.applications.vgg19: a table of contents.

import { preprocessing } from "../preprocess.js";

export { VGG19 } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/**
 * Images as the network was trained on them: the mode "caffe". Keras: preprocess_input
 *
 * ```ts
 * keras.applications.vgg19.preprocessInput([[[0, 0, 0]]]); // [[[-103.939, -116.779, -123.68]]]
 * ```
 */
export const preprocessInput = preprocessing("caffe");
