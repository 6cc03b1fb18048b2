// A function as a layer. Files hold the name of a function, never its code.

import {
  type Config,
  customObject,
  field,
  type FromConfigOptions,
  inSafeMode,
  invalid,
  isPlainObject,
  type Json,
  nullable,
  registerClasses,
  serializeKerasObject,
  deserializeKerasObject,
  withDefault,
  customObjectScope,
} from "../../config/index.js";
import { ValueError } from "../../core/errors.js";
import type { Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { parametersIn } from "../../core/parameters.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import type { CallOptions, Mask } from "../base/types.js";
import { Layer } from "../layer.js";

type AnyFunction = (...args: never[]) => unknown;

const fn = field<AnyFunction, AnyFunction>({
  expected: "a function",
  parse: (value) => (typeof value === "function" ? (value as AnyFunction) : invalid),
  serialize: (value) => serializeKerasObject(value),
});

const shapeOrFunction = field<readonly unknown[] | AnyFunction, readonly unknown[] | AnyFunction>({
  expected: "a shape without its batch axis, or a function of the input's shape",
  parse: (value) => (typeof value === "function" || Array.isArray(value) ? (value as AnyFunction) : invalid),
  serialize: (value) => (typeof value === "function" ? serializeKerasObject(value) : (value as unknown as Json)),
});

const maskOrFunction = field<unknown, unknown>({
  expected: "a tensor, or a function of the input and its mask",
  parse: (value) => (typeof value === "function" || typeof value === "object" ? value : invalid),
  serialize: (value) => serializeKerasObject(value),
});

const argumentsField = withDefault(
  field<Readonly<Record<string, unknown>> | null, Readonly<Record<string, unknown>>>({
    expected: "an object of further arguments",
    takesObjects: true,
    parse: (value) => (value === null ? {} : isPlainObject(value) ? value : invalid),
    serialize: (value) => serializeKerasObject(value),
  }),
  null,
);

/**
 * A function of tensors as a layer: `y = function(x, options)`. The options are `arguments`, and `mask` and `training` where the function
 * names them.
 *
 * ```ts
 * new keras.layers.Lambda((x: tf.Tensor) => tf.keras.ops.square(x))([1, 2]).array(); // [1, 4]
 * ```
 *
 * A file holds the name of the function: register it with `keras.saving.registerKerasSerializable`, or hand it over in `customObjects`.
 * Where the file holds Python's code, which can't run here, `safeMode: false` takes the custom object of the layer's name instead.
 *
 * @param options.outputShape  the shape of the output without its batch axis, or a function of the input's shape; default: inferred
 * @param options.mask         the mask of the output, or a function of the input and its mask; without it masks stop here
 * @param options.arguments    further arguments of the function, as an object
 * Keras: keras.layers.Lambda
 */
export class Lambda extends Layer<typeof Lambda.options> {
  static override readonly options = layerOptions.extend(["function", "outputShape", "mask", "arguments"], {
    function: fn,
    outputShape: nullable(shapeOrFunction),
    mask: nullable(maskOrFunction),
    arguments: argumentsField,
  });

  override supportsMasking = this.options.mask !== null;

  override call(x: Tensor, { training, mask }: CallOptions = {}): unknown {
    const { function: run, arguments: given } = this.options;
    const text = parametersIn(String(run)).slice(1).join(", ");
    const named = {
      ...given,
      ...(/\bmask\b/.test(text) && { mask: mask ?? null }),
      ...(/\btraining\b/.test(text) && { training: training ?? null }),
    };
    const call = run as (...args: unknown[]) => unknown;
    return Object.keys(named).length === 0 ? call(x) : call(x, named);
  }

  protected override get takesMask(): boolean {
    return true;
  }

  override computeMask(inputs: never, mask: never): Mask {
    const own = this.options.mask;
    return typeof own === "function" ? ((own as AnyFunction)(inputs, mask) as Mask) : (own as Mask);
  }

  override computeOutputShape<Output = Shape>(inputShape: Shape | object): Output {
    const { outputShape } = this.options;
    if (outputShape === null) return super.computeOutputShape<Output>(inputShape);
    if (typeof outputShape === "function") return outputShape(inputShape as never) as Output;
    return [(inputShape as Shape)[0] ?? null, ...outputShape] as Output;
  }

  override getConfig(): Record<string, Json> {
    const isLeftOut = (key: string, value: Json): boolean => (key === "output_shape" || key === "mask") && value === null;
    return Object.fromEntries(Object.entries(super.getConfig()).filter(([key, value]) => !isLeftOut(key, value)));
  }

  /** @throws ValueError where the config holds code instead of a name */
  static override fromConfig<T>(this: new (...args: never[]) => T, config: Config, options: FromConfigOptions = {}): T {
    if (options.customObjects) return customObjectScope(options.customObjects, () => Lambda.fromConfig.call(this as never, config) as T);
    const name = String(config["name"] ?? "lambda");
    const revived = Object.fromEntries(
      ["function", "output_shape", "mask", "arguments"]
        .filter((key) => config[key] !== undefined && config[key] !== null)
        .map((key) => [key, revive(key, name, config[key])]),
    );
    return Layer.fromConfig.call(this as never, { ...config, ...revived } as never) as T;
  }
}

export interface Lambda extends LayerAttributes<typeof Lambda.options> {}

/** The function that a config names. */
function revive(key: string, name: string, value: unknown): unknown {
  if (!isPlainObject(value) || value["class_name"] !== "__lambda__")
    return typeof value === "function" ? value : deserializeKerasObject(value);
  const replacement = inSafeMode() ? undefined : customObject(name);
  if (key === "function" && replacement) return replacement;
  throw new ValueError(`${name}.${key}`, {
    given: "the code of a Python lambda",
    expected: "the name of a registered function",
    hint: inSafeMode()
      ? "Code in files is not run. With { safeMode: false } the custom object of the layer's name is taken instead."
      : `Python's code can't run here: give the function as customObjects: { ${name}: (x) => … }.`,
  });
}

registerClasses("keras.layers", { Lambda });
