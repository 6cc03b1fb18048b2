// The layer HashedCrossing.

import {
  boolean,
  defaultDtypePolicy,
  DTypePolicy,
  dtypePolicy,
  oneOf,
  positiveInteger,
  registerClasses,
  unwritten,
  withDefault,
} from "../../config/index.js";
import { ArgumentError, DtypeError, ShapeError } from "../../core/errors.js";
import { sameShape, shapeText } from "../../core/shape.js";
import { isText, Strings } from "../../core/strings.js";
import { adoptTensor, symbolic, Tensor } from "../../core/tensor.js";
import { crossesOf, crossOf } from "../../ops/hashing/buckets.js";
import { cast } from "../../ops/index.js";
import { layerOptions, type LayerAttributes } from "../base/options.js";
import { Layer } from "../layer.js";
import { categoriesOf, type Categories, type CategoriesLike } from "./categories.js";
import { checkSparse, encode, inItsForm } from "./encoding.js";

const dtype = { ...dtypePolicy("string"), fallback: "" };
const crossingDtype = withDefault(
  { ...dtype, parse: (value: unknown, where: string) => (value === "" ? null : dtype.parse(value, where)) },
  "",
);

/**
 * Several categories that stand together as the number of one of `numBins` bins, by a hash of all of them.
 *
 * Called on a list of strings or whole numbers of shape `[]`, `[batch]` or `[batch, 1]`; "int" gives int32 of that shape, "one_hot"
 * vectors. Keras: keras.layers.HashedCrossing
 *
 * ```ts
 * new keras.layers.HashedCrossing(5)([["a", "b"], ["x", "y"]]).shape; // [2]
 * ```
 */
export class HashedCrossing extends Layer<typeof HashedCrossing.options> {
  static override readonly options = layerOptions.extend(["numBins", "outputMode", "sparse", "name", "dtype"], {
    numBins: positiveInteger(),
    outputMode: oneOf(["int", "one_hot"], "int"),
    sparse: boolean(false),
    dtype: crossingDtype as typeof dtype,
    trainable: unwritten(boolean(true)),
  });

  constructor(...given: ConstructorParameters<typeof Layer<typeof HashedCrossing.options>>) {
    super(...given);
    checkSparse(this);
    if ((this.options.dtype as DTypePolicy | null) !== null) return;
    const { outputMode } = this.options;
    (this.options as { dtype: DTypePolicy }).dtype = outputMode === "int" ? new DTypePolicy("int64") : defaultDtypePolicy();
  }

  override get convertsInputs(): boolean {
    return false;
  }

  override call(inputs: readonly CategoriesLike[]): Tensor {
    const { outputMode, numBins } = this.options;
    return inItsForm(this, encode(this.#crossed(inputs), { mode: outputMode, depth: numBins, dtype: this.computeDtype }));
  }

  protected override get infersOfStrings(): boolean {
    return true;
  }

  #crossed(inputs: readonly CategoriesLike[]): Tensor {
    const { numBins } = this.options;
    if (!Array.isArray(inputs) || inputs.length < 2) {
      throw new ArgumentError(this.name, {
        given: Array.isArray(inputs) ? `${inputs.length} inputs` : "one input",
        expected: "a list of at least two",
      });
    }
    const columns: Categories[] = inputs.map((input: CategoriesLike, i: number) =>
      this.#checked(categoriesOf(`${this.name}[${i}]`, input), i),
    );
    const [first] = columns as [Categories, ...Categories[]];
    const { shape } = first;
    const odd = columns.find((column) => !sameShape(column.shape, shape));
    if (odd)
      throw new ShapeError(this.name, {
        given: `inputs of shapes ${shapeText(shape)} and ${shapeText(odd.shape)}`,
        expected: "equal shapes",
      });
    if (columns.some(isText)) return symbolic({ shape, dtype: "int32" });
    if (columns.every((column) => column instanceof Tensor)) return crossesOf(columns, numBins);
    const values = columns.map((column): readonly (string | bigint)[] =>
      column instanceof Tensor ? Array.from(column.view(this.name), BigInt) : column.values,
    );
    const crossed = Int32Array.from(values[0]!, (_, i) =>
      crossOf(
        values.map((column) => column[i]!),
        numBins,
      ),
    );
    return adoptTensor(crossed, shape as readonly number[], "int32");
  }

  #checked(column: Categories, index: number): Categories {
    const { shape } = column;
    if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1)) {
      throw new ShapeError(`${this.name}[${index}]`, {
        given: `an input of shape ${shapeText(shape)}`,
        expected: "[], [batch] or [batch, 1]",
      });
    }
    if (column instanceof Tensor && column.dtype === "float32") {
      throw new DtypeError(`${this.name}[${index}]`, { given: "float32", expected: "strings or whole numbers" });
    }
    return column instanceof Strings || isText(column) || column instanceof Tensor === false
      ? column
      : column.dtype === "int32"
        ? column
        : cast(column, "int32");
  }
}

export interface HashedCrossing extends LayerAttributes<typeof HashedCrossing.options> {}

registerClasses("keras.layers", { HashedCrossing });
