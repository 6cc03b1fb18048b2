// keras.applications.resnet: a table of contents.

import { preprocessing } from "../preprocess.js";

export { ResNet50, ResNet101, ResNet152 } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/**
 * Images as the network was trained on them: the mode "caffe". Keras: preprocess_input
 *
 * ```ts
 * keras.applications.resnet.preprocessInput([[[0, 0, 0]]]); // [[[-103.939, -116.779, -123.68]]]
 * ```
 */
export const preprocessInput = preprocessing("caffe");
