// GPTQ of one matrix: columns are rounded one after the other, and what rounding costs is made up for by those that are not rounded yet, as
// the inputs that a calibration saw ask for.
//
// Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, 2022.

import { adoptTensor, type Tensor } from "../core/tensor.js";
import {
  add,
  argsort,
  cast,
  cholesky,
  choleskyInverse,
  concatenate,
  diag,
  diagonal,
  divide,
  equal,
  matmul,
  mean,
  multiply,
  negative,
  reshape,
  slice,
  subtract,
  take,
  transpose,
  where,
} from "../ops/index.js";
import { quantizationParameters } from "./parameters.js";

/** How many columns are rounded before the others hear of it. */
const BLOCK = 128;

export interface GptqOptions {
  readonly weightBits: number;
  readonly symmetric: boolean;
  readonly perChannel: boolean;
  /** Inputs that share a scale; -1 is all of them. */
  readonly groupSize: number;
  /** What is added to the diagonal of the Hessian, as a share of its mean. */
  readonly hessianDamping: number;
  /** Whether the inputs that matter most come first. */
  readonly activationOrder: boolean;
}

/** What a calibration makes of a matrix. */
export interface CalibratedMatrix {
  /** Whole numbers from 0 on, `[outputs, inputs]`. */
  readonly whole: Tensor;
  readonly scale: Tensor;
  readonly zero: Tensor;
  /** The group of each input. */
  readonly groups: Tensor;
  readonly rowScales?: Tensor;
}

/** Σ of the outer products of all inputs seen, doubled and divided by their number: the Hessian of the squared error. */
export class Hessian {
  #sum: Tensor | null = null;
  #count = 0;

  /** @param x  `[…, inputs]` */
  add(x: Tensor): void {
    const rows = reshape(cast(x, "float32"), [-1, x.shape.at(-1)!]);
    const gram = matmul(transpose(rows), rows);
    this.#sum = this.#sum ? add(this.#sum, gram) : gram;
    this.#count += rows.shape[0]!;
  }

  /** The Hessian; null where nothing was seen. */
  get value(): Tensor | null {
    return this.#sum && multiply(this.#sum, 2 / this.#count);
  }
}

/** The matrix `[inputs, outputs]` in few bits, for inputs of this Hessian. */
export function gptq(matrix: Tensor, hessian: Tensor, options: GptqOptions): CalibratedMatrix {
  const inputs = matrix.shape[0]!;
  const damped = dampedHessian(hessian, options.hessianDamping);
  const order = options.activationOrder ? argsort(negative(diagonal(damped))) : null;
  const inOrder = (x: Tensor, axis: number): Tensor => (order ? take(x, order, axis) : x);
  const weights = inOrder(transpose(matrix), 1);
  // U with Uᵀ · U = H⁻¹: its row i says how an error of input i moves to the ones behind.
  const upper = transpose(cholesky(choleskyInverse(cholesky(inOrder(inOrder(damped, 0), 1)))));
  const size = options.groupSize === -1 ? inputs : options.groupSize;
  const { whole, scale, zero } = roundInBlocks(weights, upper, size, options);
  const groupOf = Int32Array.from({ length: inputs }, (_, i) => Math.floor(i / size));
  const groups = adoptTensor(groupOf, [inputs], "int32");
  const back = order && argsort(order);
  return { whole: back ? take(whole, back, 1) : whole, scale, zero, groups: back ? take(groups, back, 0) : groups };
}

/** Inputs that were never anything but 0 count as 1; a share of the mean is added to the diagonal. */
function dampedHessian(hessian: Tensor, damping: number): Tensor {
  const own = diagonal(hessian);
  const alive = where(equal(own, 0), 1, own);
  return add(subtract(hessian, diag(own)), diag(add(alive, multiply(mean(alive), damping))));
}

interface Rounded {
  readonly whole: Tensor;
  readonly scale: Tensor;
  readonly zero: Tensor;
}

function roundInBlocks(start: Tensor, upper: Tensor, groupSize: number, options: GptqOptions): Rounded {
  const [outputs, inputs] = start.shape as [number, number];
  const { weightBits: bits, symmetric, perChannel } = options;
  let weights = start;
  const whole = new Float32Array(outputs * inputs);
  const groups = Math.ceil(inputs / groupSize);
  const scales = new Float32Array(outputs * groups);
  const zeros = new Float32Array(outputs * groups);
  const largest = 2 ** bits - 1;
  const influence = upper.data();
  const find = (group: number): void => {
    const first = group * groupSize;
    const part = slice(weights, [0, first], [outputs, Math.min(groupSize, inputs - first)]);
    const { scale, zero } = quantizationParameters(part, { bits, symmetric, perChannel });
    const [scaleOf, zeroOf] = [scale.data(), zero.data()];
    for (let row = 0; row < outputs; row++) [scales[row * groups + group], zeros[row * groups + group]] = [scaleOf[row]!, zeroOf[row]!];
  };
  for (let first = 0, group = -1; first < inputs; first += BLOCK) {
    const width = Math.min(BLOCK, inputs - first);
    const block = slice(weights, [0, first], [outputs, width]).data() as Float32Array;
    const errors = new Float32Array(outputs * width);
    for (let i = 0; i < width; i++) {
      const column = first + i;
      if (Math.floor(column / groupSize) !== group) find((group = Math.floor(column / groupSize)));
      const at = column * inputs;
      const own = influence[at + column]!;
      for (let row = 0; row < outputs; row++) {
        const scale = scales[row * groups + group]! || 1e-8;
        const zero = zeros[row * groups + group]!;
        const weight = block[row * width + i]!;
        const value = Math.min(largest, Math.max(0, roundEven(Math.fround(Math.fround(weight / scale) + zero))));
        whole[row * inputs + column] = value;
        const error = (weight - scale * (value - zero)) / own;
        errors[row * width + i] = error;
        for (let j = i + 1; j < width; j++) block[row * width + j]! -= error * influence[at + first + j]!;
      }
    }
    const rest = inputs - first - width;
    if (rest === 0) continue;
    const moved = matmul(adoptTensor(errors, [outputs, width], "float32"), slice(upper, [first, first + width], [width, rest]));
    const done = adoptTensor(new Float32Array(outputs * (first + width)), [outputs, first + width], "float32");
    weights = subtract(weights, concatenate([done, moved], 1));
  }
  const made = (values: Float32Array, columns: number): Tensor => adoptTensor(values, [outputs, columns], "float32");
  return { whole: made(whole, inputs), scale: made(scales, groups), zero: made(zeros, groups) };
}

/** The nearest whole number, the even one of two. */
function roundEven(x: number): number {
  const down = Math.floor(x);
  const over = x - down;
  return over > 0.5 || (over === 0.5 && down % 2 !== 0) ? down + 1 : down;
}
