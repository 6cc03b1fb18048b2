// The kinds of options that layers share.

import { activations } from "../../activations/family.js";
import { constraints } from "../../constraints/family.js";
import { boolean, type Field, field, integer, invalid, list, nullable, oneOf, unwritten, withDefault } from "../../config/index.js";
import { Chainable } from "../../core/tensor.js";
import { initializers } from "../../initializers/family.js";
import { regularizers } from "../../regularizers/family.js";
import type { WeightOptions } from "./state.js";

/** An initializer by name, config, class or object. */
export const initializer = initializers.field;

/** A regularizer, or null for none. */
export const regularizer = () => nullable(regularizers.field());

/** A constraint, or null for none. */
export const constraint = () => nullable(constraints.field());

/** An activation; null is the identity, which Keras writes as "linear". */
export function activation(fallback: string | null = null) {
  const inner = activations.field(fallback ?? "linear");
  return { ...inner, parse: (value: unknown, where: string) => inner.parse(value ?? "linear", where) } as typeof inner;
}

/** The seed of a layer's random numbers; null draws one. */
export const seed = () => nullable(integer());

/** The options of a layer with kernel and bias, beside its sizes. */
export const kernelAndBias = {
  useBias: boolean(true),
  kernelInitializer: initializer("glorot_uniform"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
} as const;

export const padding = () => oneOf(["valid", "same"], "valid");

/** What `addWeight` wants to know of a weight whose initializer, regularizer and constraint are options named after it. */
export function weightOptions(options: object, prefix: string): Pick<WeightOptions, "initializer" | "regularizer" | "constraint"> {
  const of = (what: string) => (options as Record<string, unknown>)[prefix + what];
  return {
    initializer: of("Initializer") as WeightOptions["initializer"],
    regularizer: of("Regularizer") as WeightOptions["regularizer"],
    constraint: of("Constraint") as WeightOptions["constraint"],
  };
}

/** One value or several; always kept as an array. */
export function severalOf<In, Out>(element: Field<In, Out>): Field<In | readonly In[], Out[], true> {
  const several = list(element);
  return field({
    expected: `${element.expected}, or an array of such`,
    parse: (value, where) => (value === undefined ? invalid : several.parse(Array.isArray(value) ? value : [value], where)),
    serialize: (values) => several.serialize(values),
  });
}

/** First values of weights instead of an initializer's; not written into configs. */
export const firstWeights = () =>
  unwritten(
    withDefault(
      field<unknown, unknown>({
        expected: "values of weights, or null",
        parse: (value) =>
          value === null || Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Chainable ? value : invalid,
        serialize: () => null,
      }),
      null,
    ),
  );
