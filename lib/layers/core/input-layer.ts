// InputLayer, and keras.Input, which begins a functional model.

import "../functional/operation-call.js";
import {
  boolean,
  DTypePolicy,
  field,
  fixed,
  invalid,
  nullable,
  positiveInteger,
  registerClasses,
  shape,
  schema,
  string,
  unwritten,
  withDefault,
} from "../../config/index.js";
import type { Arguments, Json, Options } from "../../config/index.js";
import { checkedDtype } from "../../core/convert.js";
import { ArgumentError } from "../../core/errors.js";
import { floatx } from "../../config/settings.js";
import type { Dtype } from "../../core/dtype.js";
import type { Shape } from "../../core/shape.js";
import { isText } from "../../core/strings.js";
import { KerasTensor } from "../functional/keras-tensor.js";
import { Node } from "../functional/node.js";
import { Layer } from "../layer.js";

/** Strings have no policy: nothing computes with them. */
const strings = { name: "string", variableDtype: "string" as Dtype } as DTypePolicy;

/** A dtype of values rather than of a computation: written by name. */
const dtype = withDefault(
  field<string | DTypePolicy | null, DTypePolicy>({
    expected: 'a dtype such as "float32"',
    parse(value) {
      if (value instanceof DTypePolicy || value === strings) return value as DTypePolicy;
      if (value === "string") return strings;
      return value === null || typeof value === "string" ? new DTypePolicy(checkedDtype(value ?? floatx())) : invalid;
    },
    serialize: ({ name }) => name,
  }),
  null,
);

const fields = {
  name: nullable(string()),
  shape: unwritten(nullable(shape())),
  batchSize: unwritten(nullable(positiveInteger())),
  batchShape: nullable(shape()),
  dtype,
  sparse: boolean(false),
  ragged: fixed(false),
  optional: boolean(false),
  inputTensor: unwritten(
    withDefault(
      field<KerasTensor | null, KerasTensor | null>({
        expected: "a Keras tensor, or null",
        parse: (value) => (value === null || value instanceof KerasTensor ? value : invalid),
        serialize: () => null,
      }),
      null,
    ),
  ),
  trainable: unwritten(boolean(true)),
};

const options = schema(["shape", "batchSize", "dtype", "sparse", "ragged"], fields, { inputShape: "shape", batchInputShape: "batchShape" });

/**
 * Where a functional model begins. Users call `keras.Input`. Keras: keras.layers.InputLayer
 *
 * ```ts
 * new keras.layers.InputLayer({ shape: [3] }).batchShape; // [null, 3]
 * ```
 */
export class InputLayer extends Layer<typeof options> {
  static override readonly options = options;

  /** The shape of the input with its batch axis. */
  readonly batchShape: Shape;

  constructor(...given: ConstructorParameters<typeof Layer<typeof options>>) {
    super(...given);
    const { inputTensor, sparse } = this.options;
    const { shape, batchSize, batchShape, dtype } = inputTensor ? { ...this.options, ...givenBy(inputTensor, this.options) } : this.options;
    if ((shape === null) === (batchShape === null)) {
      throw new ArgumentError("Input", {
        given: shape === null ? "neither shape nor batchShape" : "shape and batchShape",
        expected: "one of them",
        hint: "shape leaves the batch out: Input({ shape: [784] }).",
      });
    }
    this.batchShape = batchShape ?? [batchSize, ...shape!];
    this.built = true;
    new Node(this, [], {}, inputTensor ?? new KerasTensor(this.batchShape, { dtype: dtype.variableDtype, name: this.name, sparse }));
  }

  override call<T>(x: T): T {
    return x;
  }

  override getConfig(): Record<string, Json> {
    return { ...super.getConfig(), batch_shape: this.batchShape };
  }

  override getBuildConfig(): null {
    return null;
  }
}

/** Shape and dtype of a tensor at which a model is to begin. @throws ArgumentError beside others */
function givenBy(tensor: KerasTensor, { shape, batchShape }: { readonly shape: Shape | null; readonly batchShape: Shape | null }) {
  if (shape === null && batchShape === null)
    return { shape: null, batchShape: tensor.shape, dtype: isText(tensor) ? strings : new DTypePolicy(tensor.dtype) };
  throw new ArgumentError("Input", { given: "a tensor beside a shape", expected: "one of them" });
}

const inputOptions = schema(["shape", "batchSize", "dtype", "sparse", "batchShape", "name", "tensor"], {
  ...fields,
  tensor: fields.inputTensor,
});

type InputArguments = Arguments<typeof inputOptions>;

/** What `keras.Input` takes: the options of an InputLayer, or `tensor`. */
export type InputOptions = Options<typeof inputOptions>;

/**
 * The input of a functional model: a Keras tensor of a shape, without the batch axis.
 *
 * ```ts
 * const inputs = keras.Input({ shape: [784], name: "img" });
 * ```
 *
 * With `dtype: "string"` a model takes strings: nested arrays of JavaScript strings, which StringLookup, TextVectorization, Hashing and
 * their kin make numbers of.
 *
 * With `sparse: true` it stands for sparse tensors; a model takes tensors and sparse tensors for either.
 *
 * With `tensor`, a Keras tensor of another graph, the model begins there: what led to it is left out.
 */
export const Input = function Input(...given: InputArguments): KerasTensor {
  const { tensor, ...others } = inputOptions.gather("Input", given) as InputOptions;
  return new InputLayer({ ...others, ...(tensor && { inputTensor: tensor }) }).output as KerasTensor;
} as { (...given: InputArguments): KerasTensor; new (...given: InputArguments): KerasTensor };

registerClasses("keras.layers", { InputLayer });
