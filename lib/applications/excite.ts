// What EfficientNet and its second version share.

import type { Tensor } from "../core/tensor.js";
import { Multiply, Reshape } from "../layers/index.js";
import { conv, globalAverage, perChannel } from "./blocks.js";

/** A factor for each channel, from the mean of all: squeeze and excite. @see Hu et al.: Squeeze-and-Excitation Networks, 2018 */
export function excite(x: Tensor, squeezed: number, filters: number, name: string): Tensor {
  let y: Tensor = new Reshape(perChannel(filters), { name: `${name}se_reshape` })(globalAverage(x, `${name}se_squeeze`));
  y = conv(y, squeezed, 1, { padding: "same", activation: "swish", kernelInitializer, name: `${name}se_reduce` });
  y = conv(y, filters, 1, { padding: "same", activation: "sigmoid", kernelInitializer, name: `${name}se_expand` });
  return new Multiply({ name: `${name}se_excite` })([x, y]);
}

/** Configs, of which each layer makes an initializer with a seed of its own. */
const scaling = (config: object) => ({ class_name: "VarianceScaling", module: "keras.initializers", config });
export const kernelInitializer = scaling({ scale: 2, mode: "fan_out", distribution: "truncated_normal" });
export const topInitializer = scaling({ scale: 1 / 3, mode: "fan_out", distribution: "uniform" });
