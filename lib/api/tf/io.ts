// tf.io: files.

export { readAsset } from "../../data/asset.js";
