// keras.applications.densenet: a table of contents.

import { preprocessing } from "../preprocess.js";

export { DenseNet121, DenseNet169, DenseNet201 } from "../networks.js";
export { decodePredictions } from "../predictions.js";

/** Images as the network was trained on them: the mode "torch". Keras: preprocess_input */
export const preprocessInput = preprocessing("torch");
