// InputLayer, and keras.Input, which begins a functional model.

import "../functional/operation-call.js";
import { boolean, DTypePolicy, field, fixed, invalid, nullable, positiveInteger, registerClasses, shape, schema, string, unwritten, withDefault } from "../../config/index.js"; // prettier-ignore
import type { Json, Options } from "../../config/index.js";
import { checkedDtype } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import { KerasTensor } from "../functional/keras-tensor.js";
import { Node } from "../functional/node.js";
import { Layer } from "../layer.js";

/** A dtype of values rather than of a computation: written by name. */
const dtype = withDefault(
  field<string | DTypePolicy | null, DTypePolicy>({
    expected: 'a dtype such as "float32"',
    parse(value) {
      if (value instanceof DTypePolicy) return value;
      return value === null || typeof value === "string" ? new DTypePolicy(checkedDtype(value ?? "float32")) : invalid;
    },
    serialize: ({ name }) => name,
  }),
  null,
);

const options = schema([], {
  name: nullable(string()),
  shape: unwritten(nullable(shape())),
  batchSize: unwritten(nullable(positiveInteger())),
  batchShape: nullable(shape()),
  dtype,
  sparse: fixed(false),
  ragged: fixed(false),
  optional: boolean(false),
  trainable: unwritten(boolean(true)),
});

/** Where a functional model begins. Users call `keras.Input`. Keras: keras.layers.InputLayer */
export class InputLayer extends Layer<typeof options> {
  static override readonly options = options;

  /** The shape of the input with its batch axis. */
  declare readonly batchShape: Shape;

  constructor(...given: ConstructorParameters<typeof Layer<typeof options>>) {
    super(...given);
    const { shape, batchSize, batchShape, dtype } = this.options;
    if ((shape === null) === (batchShape === null)) {
      throw new ArgumentError("Input", {
        given: shape === null ? "neither shape nor batchShape" : "shape and batchShape",
        expected: "one of them",
        hint: "shape leaves the batch out: Input({ shape: [784] }).",
      });
    }
    this.batchShape = batchShape ?? [batchSize, ...shape!];
    this.built = true;
    new Node(this, [], {}, new KerasTensor({ shape: this.batchShape, dtype: dtype.variableDtype }, this.name));
  }

  override call<T>(x: T): T {
    return x;
  }

  /** The Keras tensor that the model begins with. */
  override get output(): KerasTensor {
    return this.inboundNodes[0]!.outputs[0]!;
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), batch_shape: this.batchShape };
  }

  override getBuildConfig(): null {
    return null;
  }
}

/** What `keras.Input` takes. */
export type InputOptions = Options<typeof options>;

/**
 * The input of a functional model: a Keras tensor of a shape, without the batch axis.
 *
 * ```ts
 * const inputs = keras.Input({ shape: [784], name: "img" });
 * ```
 */
export const Input = function Input(options: InputOptions): KerasTensor {
  return new InputLayer(options).output;
} as { (options: InputOptions): KerasTensor; new (options: InputOptions): KerasTensor };

registerClasses("keras.layers", { InputLayer });
