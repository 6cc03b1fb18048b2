// A weight in few bits: the variables that keep it, what it stands for, and what they are for given floats.
//
//  (1) Variables have Keras's names and shapes, and stand in files in the order of `variables`.
//  (2) Weights of less than 8 bits are seen as a matrix. Along one of its axes elements share a scale, in all of it or in blocks; along one
//      of them several elements lie in a byte.

import type { Dtype } from "../../core/dtype.js";
import type { Tensor } from "../../core/tensor.js";
import {
  abs, arange, cast, divide, expandDims, floorDivide, greater, matmul, mean, multiply, reshape, sign, squeeze, subtract, take, transpose,
} from "../../ops/index.js"; // prettier-ignore
import { AbsMaxQuantizer, absMaxQuantize, absMaxQuantizeGroupedWithZeroPoint } from "../../quantizers/abs-max.js";
import { packInt4, packTernary, unpackInt2, unpackInt4, unpackTernary } from "../../quantizers/packing.js";
import { ofGroups } from "../../quantizers/parameters.js";
import { customGradient } from "../../graph/custom-gradient.js";
import { int4Product } from "../../ops/linalg/matmul-int4.js";
import type { Quantizer } from "../../quantizers/quantizer.js";
import type { Variable } from "../../variables/variable.js";
import type { WeightOptions } from "./state.js";

/** Who makes the variables. */
interface Owner {
  addWeight(options: WeightOptions): Variable;
}

/** A weight in few bits. */
export interface FewBits {
  readonly values: Variable;
  readonly scale: Variable;
  /** All variables, as files have them. */
  readonly variables: readonly Variable[];
  /** What it stands for, in floats. */
  float(): Tensor;
  /** What the first variables are for a weight of floats, as near as they can. */
  encode(x: Tensor): readonly Tensor[];
}

const frozen = { trainable: false } as const;

/** Writes a weight of floats. */
export function keep(weight: FewBits, x: Tensor): void {
  weight.encode(x).forEach((value, i) => weight.variables[i]!.assign(cast(value, weight.variables[i]!.dtype)));
}

/** How a weight is kept in bytes. */
export interface Int8Form {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its axes along which elements share a scale. */
  readonly axes: readonly number[];
  readonly scaleShape: readonly number[];
  /** Scales as they are kept, from those that the quantizer gives: the weight's shape with length 1 along the shared axes. */
  folded(scale: Tensor): Tensor;
  /** The way back. */
  spread(scale: Tensor): Tensor;
}

/** One byte for each element: values / scale. */
export class Int8Weight implements FewBits {
  readonly values: Variable;
  readonly scale: Variable;
  readonly #form: Int8Form;
  readonly #quantizer: Quantizer | null;

  constructor(owner: Owner, form: Int8Form, quantizer: Quantizer | null) {
    this.#form = form;
    this.#quantizer = quantizer;
    this.values = owner.addWeight({ name: form.name, shape: form.shape, initializer: "zeros", dtype: "int8", ...frozen });
    this.scale = owner.addWeight({ name: `${form.name}_scale`, shape: form.scaleShape, initializer: "ones", ...frozen });
  }

  get variables() {
    return [this.values, this.scale];
  }

  float(): Tensor {
    const scale = this.scale.value();
    return divide(cast(this.values, scale.dtype), this.#form.spread(scale));
  }

  encode(x: Tensor) {
    const { axes } = this.#form;
    const [values, scale] = (this.#quantizer ?? new AbsMaxQuantizer())(x, { axis: ownAxes(this.#quantizer) ?? axes });
    return [values, this.#form.folded(scale)];
  }
}

/** The axes that a quantizer of the user's names itself. */
const ownAxes = (quantizer: Quantizer | null): readonly number[] | undefined =>
  (quantizer?.options as { axis?: readonly number[] | null } | undefined)?.axis ?? undefined;

/** A weight as a matrix. */
export interface Layout {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** The axis along which elements share a scale. */
  readonly sharedAxis: 0 | 1;
  /** The axis along which elements share a byte. */
  readonly packedAxis: 0 | 1;
}

/** What a weight of 4 bits is made of beside its layout. */
export interface Int4Options {
  /** Elements that share a scale; null is all of a row or column. */
  readonly blockSize: number | null;
  readonly quantizer?: Quantizer | null;
  /** The blocks of another weight, which has the same. */
  readonly groups?: Variable | undefined;
  /** The dtype of zero points; null is that of other weights. */
  readonly zeroDtype?: Dtype | null;
}

/** Two elements in a byte. In blocks: (values − zero) · scale of the block; without blocks: values / scale of the row or column. */
export class Int4Weight implements FewBits {
  readonly values: Variable;
  readonly scale: Variable;
  readonly zero?: Variable;
  /** The block of each element along the shared axis. */
  readonly groups?: Variable;
  readonly blockSize: number | null;
  readonly variables: readonly Variable[];
  readonly #layout: Layout;
  readonly #quantizer: Quantizer | null;

  constructor(owner: Owner, layout: Layout, { blockSize: size, quantizer = null, groups, zeroDtype = "int8" }: Int4Options) {
    const { name, rows, columns, sharedAxis, packedAxis } = layout;
    this.#layout = layout;
    this.#quantizer = quantizer;
    this.blockSize = size;
    const packed = packedAxis === 0 ? [Math.ceil(rows / 2), columns] : [rows, Math.ceil(columns / 2)];
    this.values = owner.addWeight({ name, shape: packed, initializer: "zeros", dtype: "int8", ...frozen });
    const [shared, others] = sharedAxis === 0 ? [rows, columns] : [columns, rows];
    const blocks = size === null ? [] : [Math.ceil(shared / size)];
    const shape = sharedAxis === 0 ? [...blocks, others] : [others, ...blocks];
    this.scale = owner.addWeight({ name: `${name}_scale`, shape, initializer: "ones", ...frozen });
    if (size !== null) {
      this.zero = owner.addWeight({ name: `${name}_zero`, shape, initializer: "zeros", ...(zeroDtype && { dtype: zeroDtype }), ...frozen });
      const inBlocks = () => floorDivide(arange(shared, { dtype: "float32" }), size);
      this.groups =
        groups ?? owner.addWeight({ name: "g_idx", shape: [shared], initializer: inBlocks as never, dtype: "float32", ...frozen });
    }
    this.variables = [this.values, this.scale, this.zero, groups ? undefined : this.groups].filter((each) => each !== undefined);
  }

  /** The whole numbers, as int8. */
  whole(): Tensor {
    const { rows, columns, packedAxis } = this.#layout;
    return unpackInt4(this.values, packedAxis === 0 ? rows : columns, packedAxis);
  }

  float(): Tensor {
    return this.floatOf(this.whole(), this.scale.value(), this.zero?.value());
  }

  /** x · the matrix, which is read where it lies; null for other dtypes than float32, and for matrices whose rows share scales. */
  product(x: Tensor): Tensor | null {
    const { sharedAxis, packedAxis, columns } = this.#layout;
    if (x.dtype !== "float32" || sharedAxis !== 0 || packedAxis !== 1) return null;
    const matrix = { b: this.values.value(), columns };
    const scale = cast(this.scale.value(), "float32");
    const inBlocks = (zero: Variable) => {
      const groups = take(arange(scale.shape[0]!, { dtype: "int32" }), cast(this.groups!, "int32"));
      return { ...matrix, scale, zero: cast(zero, "float32"), groups };
    };
    return customGradient((x: Tensor) => ({
      value: this.zero ? int4Product(x, inBlocks(this.zero)) : divide(int4Product(x, matrix), scale),
      gradient: (dy) => matmul(dy, transpose(cast(this.float(), dy.dtype))),
    }))(x);
  }

  /** What whole numbers stand for, of which there may be some rows only, with their scales and zero points. */
  floatOf(whole: Tensor, scale: Tensor, zero: Tensor | undefined): Tensor {
    const isAlongRows = this.#layout.sharedAxis === 0;
    const values = cast(whole, scale.dtype);
    if (!zero) return divide(values, isAlongRows ? scale : expandDims(scale, -1));
    const at = isAlongRows ? 0 : -1;
    return multiply(subtract(values, cast(ofGroups(zero, this.groups!, at), scale.dtype)), ofGroups(scale, this.groups!, at));
  }

  encode(weight: Tensor) {
    const { sharedAxis, packedAxis, rows, columns } = this.#layout;
    const x = reshape(weight, [rows, columns]);
    if (this.blockSize === null) {
      const [values, scale] = this.#quantizer ? this.#quantizer(x, { axis: sharedAxis }) : absMaxQuantize(x, sharedAxis, [-8, 7]);
      return [packInt4(values, packedAxis)[0], squeeze(scale, sharedAxis)];
    }
    const turn = (y: Tensor): Tensor => (sharedAxis === 1 ? transpose(y) : y);
    const [values, scale, zero] = absMaxQuantizeGroupedWithZeroPoint(turn(x), this.blockSize, { toNumpy: true });
    return [packInt4(turn(values), packedAxis)[0], turn(scale), turn(zero)];
  }
}

/** Five elements of −1, 0 and 1 in a byte, and one scale: values · scale. */
export class TernaryWeight implements FewBits {
  readonly values: Variable;
  readonly scale: Variable;
  readonly #rows: number;
  readonly #threshold: number | null;

  /** @param threshold  the size up to which a weight counts as 0; null is half the mean size, and the scale is then that mean */
  constructor(owner: Owner, name: string, rows: number, columns: number, threshold: number | null) {
    this.#rows = rows;
    this.#threshold = threshold;
    // 121 is five zeros.
    const nothing = { class_name: "Constant", config: { value: 121 } };
    const shape = [Math.ceil(rows / 5), columns];
    this.values = owner.addWeight({ name, shape, initializer: nothing, dtype: "uint8", ...frozen });
    this.scale = owner.addWeight({ name: `${name}_scale`, shape: [], initializer: "ones", ...frozen });
  }

  get variables() {
    return [this.values, this.scale];
  }

  /** The numbers −1, 0 and 1, in floats. */
  digits(): Tensor {
    return cast(unpackTernary(this.values, this.#rows), this.scale.value().dtype);
  }

  float(): Tensor {
    return multiply(this.digits(), this.scale);
  }

  encode(x: Tensor) {
    const size = abs(x);
    const isLarge = greater(size, this.#threshold ?? multiply(mean(size), 0.5));
    const digits = multiply(sign(x), cast(isLarge, x.dtype));
    return [packTernary(digits)[0], ...(this.#threshold === null ? [mean(size)] : [])];
  }
}

/** What a calibration makes of a matrix. */
export interface CalibratedForm {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  /** Rows that share a scale; -1 is all of them. */
  readonly groupSize: number;
  /** Whether each row is multiplied by a number before it is rounded (AWQ). */
  readonly scalesRows: boolean;
  readonly zeroName: string;
}

/** Columns first, several in a byte where they have 2 or 4 bits: (values − zero) · scale of the group of rows. GPTQ and AWQ. */
export class CalibratedWeight implements FewBits {
  readonly values: Variable;
  readonly scale: Variable;
  readonly zero: Variable;
  readonly groups: Variable;
  readonly rowScales?: Variable;
  readonly variables: readonly Variable[];
  readonly form: CalibratedForm;

  constructor(owner: Owner, form: CalibratedForm) {
    this.form = form;
    const { rows, columns, bits, groupSize, scalesRows, zeroName } = form;
    const packed = bits === 3 ? columns : Math.ceil((columns * bits) / 8);
    const groups = groupSize === -1 ? 1 : Math.ceil(rows / groupSize);
    this.values = owner.addWeight({ name: "kernel", shape: [packed, rows], initializer: "zeros", dtype: "uint8", ...frozen });
    this.scale = owner.addWeight({ name: "kernel_scale", shape: [columns, groups], initializer: "ones", ...frozen });
    this.zero = owner.addWeight({ name: zeroName, shape: [columns, groups], initializer: "zeros", dtype: "uint8", ...frozen });
    if (scalesRows) this.rowScales = owner.addWeight({ name: "awq_scales", shape: [rows], initializer: "ones", ...frozen });
    this.groups = owner.addWeight({ name: "g_idx", shape: [rows], initializer: "zeros", dtype: "float32", ...frozen });
    this.variables = [this.values, this.scale, this.zero, ...(this.rowScales ? [this.rowScales] : []), this.groups];
  }

  float(): Tensor {
    const { bits, columns } = this.form;
    const whole =
      bits === 4 ? unpackInt4(this.values, columns, { dtype: "uint8" })
      : bits === 2 ? unpackInt2(this.values, columns, { dtype: "uint8" })
      : this.values.value(); // prettier-ignore
    const scale = this.scale.value();
    const zero = cast(ofGroups(this.zero, this.groups, -1), scale.dtype);
    const turned = transpose(multiply(subtract(cast(whole, scale.dtype), zero), ofGroups(scale, this.groups, -1)));
    return this.rowScales ? divide(turned, expandDims(this.rowScales, -1)) : turned;
  }

  /** A calibration writes the variables. */
  encode() {
    return [];
  }
}
