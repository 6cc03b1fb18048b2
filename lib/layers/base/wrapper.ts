// The base of layers that change what another layer does.

import { deserializeKerasObject, field, invalid, isPlainObject, type Schema, serializeKerasObject } from "../../config/index.js";
import type { Shape } from "../../core/shape.js";
import { Layer } from "../layer.js";
import { layerOptions } from "./options.js";

/** A layer as an option: an object, or the config of one. */
export const layerField = field<Layer | object, Layer>({
  expected: "a layer",
  takesObjects: true,
  parse(value) {
    const layer = isPlainObject(value) ? deserializeKerasObject(value) : value;
    return layer instanceof Layer ? (layer as unknown as Layer) : invalid;
  },
  serialize: (layer) => serializeKerasObject(layer),
});

/** The options of layers around another one. */
export const wrapperOptions = layerOptions.extend(["layer"], { layer: layerField });

/**
 * A layer around another one. Keras: keras.layers.Wrapper
 *
 * ```ts
 * class Twice extends keras.layers.Wrapper {
 *   override call(x: tf.Tensor) { return this.layer(this.layer(x)); }
 * }
 * new Twice(new keras.layers.Rescaling(3))([[1, 2]]); // [[9, 18]]
 * ```
 */
export abstract class Wrapper<S extends Schema = typeof wrapperOptions> extends Layer<S> {
  static override readonly options: Schema = wrapperOptions;

  readonly layer = (this.options as unknown as { layer: Layer }).layer;

  override build(inputShape: Shape): void {
    if (!this.layer.built) this.layer.build(inputShape as never);
  }
}
