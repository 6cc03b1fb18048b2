import { keras } from "../lib/index.js";

/** What the small models take. */
export interface SimpleModelOptions {
  /** Number of classes. Default: 10. */
  readonly classes?: number;
  readonly name?: string;
}

/**
 * The convolutional network of the guide: two convolutions with pooling, then two dense layers. Takes images `[batch, height, width,
 * channels]` and gives logits `[batch, classes]`.
 *
 * ```ts
 * const model = new SimpleCNN();
 * const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
 * model.compile({ optimizer: "rmsprop", loss, metrics: ["accuracy"] });
 * ```
 */
export class SimpleCNN extends keras.Sequential {
  constructor({ classes = 10, ...options }: SimpleModelOptions = {}) {
    super(
      [
        new keras.layers.Conv2D(32, 3, { activation: "relu" }),
        new keras.layers.MaxPooling2D(),
        new keras.layers.Conv2D(64, 3, { activation: "relu" }),
        new keras.layers.MaxPooling2D(),
        new keras.layers.Flatten(),
        new keras.layers.Dense(64, { activation: "relu" }),
        new keras.layers.Dense(classes),
      ],
      options,
    );
  }
}
