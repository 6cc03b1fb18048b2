// tf.debugging: checks that run with the program and stop it with an error that names the values.

import { asTensor, type TensorLike } from "../../core/convert.js";
import { DtypeError, ShapeError, text, ValueError } from "../../core/errors.js";
import { isFloat, keptDtype } from "../../core/dtype.js";
import { setInspection } from "../../core/interpreter.js";
import { declare } from "../../core/operation.js";
import { shapeText, type Shape } from "../../core/shape.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { functionsRunEagerly, runFunctionsEagerly } from "../../graph/function.js";
import { checkOnHost } from "../../graph/print.js";
import { broadcastShapes } from "../../ops/broadcasting.js";
import { sameDtype } from "./forms.js";

type Message = string | null;
type Name = string | null;
type Compare = (a: number, b: number) => boolean;

const hint = (message: Message): { hint?: string } => (message ? { hint: message } : {});

/** Fails at the first pair that does not hold; shapes broadcast. */
function compare(name: string, x: TensorLike, y: TensorLike, holds: Compare, relation: string, message: Message): void {
  const a = x instanceof Chainable || !(y instanceof Chainable) ? asTensor(x) : asTensor(x, y.value().dtype);
  const b = asTensor(y, a.dtype);
  sameDtype(`debugging.${name}`, a, b);
  broadcastShapes(`debugging.${name}`, a.shape, b.shape);
  checkOnHost(name, [a, b], ([one, other]) => {
    const shape = broadcastShapes(name, one!.shape, other!.shape) as number[];
    const [p, q] = [one!.view(), other!.view()];
    const [stepsP, stepsQ] = [one!, other!].map((each) => stepsOf(each.shape as number[], shape)) as [number[], number[]];
    const total = shape.reduce((product, length) => product * length, 1);
    for (let i = 0; i < total; i++) {
      let [left, at, to] = [i, 0, 0];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const k = left % shape[axis]!;
        left = (left - k) / shape[axis]!;
        at += k * stepsP[axis]!;
        to += k * stepsQ[axis]!;
      }
      if (holds(p[at]!, q[to]!)) continue;
      throw new ValueError(`debugging.${name}`, {
        given: `${p[at]} and ${q[to]} at element ${i}`,
        expected: `x ${relation} y for every element`,
        ...hint(message),
      });
    }
  });
}

/** How far neighbours along each axis of the common shape lie apart; 0 where the axis is repeated. */
function stepsOf(shape: readonly number[], common: readonly number[]): number[] {
  const missing = common.length - shape.length;
  const steps = new Array<number>(common.length).fill(0);
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis]!, axis--) if (shape[axis] !== 1) steps[axis + missing] = step;
  return steps;
}

const assertion = <const N extends string>(name: N, holds: Compare, relation: string) =>
  declare(
    `tf.debugging.${name}(*x, *y, message:string=null, summarize:int=null, name:string=null)` as const,
    (x: TensorLike, y: TensorLike, message: Message, _summarize: number | null, _: Name): void =>
      compare(name, x, y, holds, relation, message),
  );
/**
 * Stops the program unless every element of x is equal to y. TensorFlow: tf.debugging.assert_equal
 *
 * ```ts
 * tf.debugging.assertEqual([1, 2], [1, 2]);
 * ```
 */
export const assertEqual = assertion("assertEqual", (a, b) => a === b, "==");
/**
 * Stops the program unless no element of x is equal to y's. TensorFlow: tf.debugging.assert_none_equal
 *
 * ```ts
 * tf.debugging.assertNoneEqual([1, 2], [2, 1]);
 * ```
 */
export const assertNoneEqual = assertion("assertNoneEqual", (a, b) => a !== b, "!=");
/**
 * Stops the program unless every element of x is less than y. TensorFlow: tf.debugging.assert_less
 *
 * ```ts
 * tf.debugging.assertLess([1], [2]);
 * ```
 */
export const assertLess = assertion("assertLess", (a, b) => a < b, "<");
/**
 * Stops the program unless every element of x is at most y. TensorFlow: tf.debugging.assert_less_equal
 *
 * ```ts
 * tf.debugging.assertLessEqual([2], [2]);
 * ```
 */
export const assertLessEqual = assertion("assertLessEqual", (a, b) => a <= b, "<=");
/**
 * Stops the program unless every element of x is greater than y. TensorFlow: tf.debugging.assert_greater
 *
 * ```ts
 * tf.debugging.assertGreater([3], [2]);
 * ```
 */
export const assertGreater = assertion("assertGreater", (a, b) => a > b, ">");
/**
 * Stops the program unless every element of x is at least y. TensorFlow: tf.debugging.assert_greater_equal
 *
 * ```ts
 * tf.debugging.assertGreaterEqual([2], [2]);
 * ```
 */
export const assertGreaterEqual = assertion("assertGreaterEqual", (a, b) => a >= b, ">=");

/**
 * |x − y| ≤ atol + rtol · |y|. Default of both: ten times the machine epsilon.
 *
 * ```ts
 * tf.debugging.assertNear([1], [1.0000001]);
 * ```
 */
export const assertNear = declare(
  "tf.debugging.assertNear(*x, *y, rtol:number=null, atol:number=null, message:string=null, summarize:int=null, name:string=null)",
  (x: TensorLike, y: TensorLike, rtol: number | null, atol: number | null, message: Message, _summarize: number | null, _: Name): void => {
    const [relative, absolute] = [rtol ?? 10 * 2 ** -23, atol ?? 10 * 2 ** -23];
    compare("assertNear", x, y, (a, b) => Math.abs(a - b) <= absolute + relative * Math.abs(b), "≈", message);
  },
);

const ofOne = <const N extends string>(name: N, holds: (a: number) => boolean, expected: string) =>
  declare(
    `tf.debugging.${name}(*x, message:string=null, summarize:int=null, name:string=null)` as const,
    (x: TensorLike, message: Message, _summarize: number | null, _: Name): void =>
      checkOnHost(name, [x], ([real]) => {
        const at = real!.view().findIndex((value) => !holds(value));
        if (at < 0) return;
        throw new ValueError(`debugging.${name}`, { given: `${real!.view()[at]} at element ${at}`, expected, ...hint(message) });
      }),
  );
/**
 * Stops the program unless every element is above 0. TensorFlow: tf.debugging.assert_positive
 *
 * ```ts
 * tf.debugging.assertPositive([1, 2]);
 * ```
 */
export const assertPositive = ofOne("assertPositive", (a) => a > 0, "numbers above 0");
/**
 * Stops the program unless every element is below 0. TensorFlow: tf.debugging.assert_negative
 *
 * ```ts
 * tf.debugging.assertNegative([-1]);
 * ```
 */
export const assertNegative = ofOne("assertNegative", (a) => a < 0, "numbers below 0");
/**
 * Stops the program unless every element is at least 0. TensorFlow: tf.debugging.assert_non_negative
 *
 * ```ts
 * tf.debugging.assertNonNegative([0, 1]);
 * ```
 */
export const assertNonNegative = ofOne("assertNonNegative", (a) => a >= 0, "numbers of at least 0");
/**
 * Stops the program unless every element is at most 0. TensorFlow: tf.debugging.assert_non_positive
 *
 * ```ts
 * tf.debugging.assertNonPositive([0, -1]);
 * ```
 */
export const assertNonPositive = ofOne("assertNonPositive", (a) => a <= 0, "numbers of at most 0");

/**
 * A tensor of a rank.
 *
 * ```ts
 * tf.debugging.assertRank([[1, 2]], 2);
 * ```
 *
 * @throws ShapeError where it has another
 */
export const assertRank = declare(
  "tf.debugging.assertRank(*x, rank:int, message:string=null, name:string=null)",
  (x: TensorLike, rank: number, message: Message, _: Name): void => {
    const tensor = asTensor(x);
    if (tensor.rank !== rank)
      throw new ShapeError("debugging.assertRank", { given: shapeText(tensor.shape), expected: `rank ${rank}`, ...hint(message) });
  },
);

/**
 * Whether values hold: scalars that are not 0.
 *
 * ```ts
 * tf.debugging.Assert(true, ["never said"]);
 * ```
 */
export const Assert = declare(
  "tf.debugging.Assert(*condition, data:any, summarize:int=null, name:string=null)",
  (condition: TensorLike, data: readonly unknown[], _summarize: number | null, _: Name): void =>
    checkOnHost("Assert", [condition], ([real]) => {
      if (real!.view().every((value) => value !== 0)) return;
      throw new ValueError("debugging.Assert", {
        given: "a condition that does not hold",
        expected: "true",
        hint: data.map((each) => text(each)).join(" "),
      });
    }),
);

/** Lengths of tensors: the same letter stands for the same length everywhere. */
export type NamedShape = string | readonly (number | string | null)[];

/**
 * The shapes of tensors. `[[x, ["N", "C"]], [y, ["N"]]]` says that x has two axes, and y the first of them.
 *
 * ```ts
 * tf.debugging.assertShapes([[x, ["n", "m"]], [y, ["n", 1]]]);
 * ```
 *
 * @throws ShapeError where a tensor has another shape
 */
export const assertShapes = declare(
  "tf.debugging.assertShapes(shapes:any, data:any=null, summarize:int=null, message:string=null, name:string=null)",
  (
    shapes: readonly (readonly [TensorLike, NamedShape])[] | ReadonlyMap<TensorLike, NamedShape>,
    _data: unknown,
    _summarize: number | null,
    message: Message,
    _: Name,
  ): void => {
    const lengths = new Map<string, number>();
    for (const [value, wanted] of shapes) {
      const { shape } = asTensor(value);
      const names = typeof wanted === "string" ? [...wanted] : [...wanted];
      const open = names.findIndex((name) => name === "..." || name === "*");
      if (open >= 0 && names[open] === "...")
        names.splice(open, 1, ...new Array<null>(Math.max(0, shape.length - names.length + 1)).fill(null));
      const fail = (): never => {
        throw new ShapeError("debugging.assertShapes", {
          given: `a tensor of shape ${shapeText(shape)}`,
          expected: `${text(wanted)}${lengths.size > 0 ? ` with ${[...lengths].map(([name, length]) => `${name} = ${length}`).join(", ")}` : ""}`,
          ...hint(message),
        });
      };
      if (names.length !== shape.length) fail();
      names.forEach((name, axis) => {
        const length = (shape as Shape)[axis]!;
        if (name === null || name === "*" || length === null) return;
        if (typeof name === "number" ? length !== name : lengths.has(name) && lengths.get(name) !== length) fail();
        if (typeof name === "string") lengths.set(name, length);
      });
    }
  },
);

/**
 * x itself, whose elements must all be finite.
 *
 * ```ts
 * tf.debugging.checkNumerics([1, 2], "a message"); // [1, 2]
 * ```
 */
export const checkNumerics = declare(
  "tf.debugging.checkNumerics(*tensor, message:string, name:string=null)",
  (tensor: TensorLike, message: string, _: Name): Tensor => {
    const x = asTensor(tensor);
    checkOnHost("checkNumerics", [x], ([real]) => {
      const bad = real!.view().findIndex((value) => !Number.isFinite(value));
      if (bad < 0) return;
      throw new ValueError("debugging.checkNumerics", {
        given: `${real!.view()[bad]} at element ${bad}`,
        expected: "finite numbers",
        ...hint(message),
      });
    });
    return x;
  },
);

/** Whether traced functions ran eagerly before results were checked; null while they are not. */
let before: boolean | null = null;

/**
 * From here on the results of every operation are looked at: the first NaN or infinity throws an error that names the operation, with the
 * user's line in its stack. Traced functions run eagerly meanwhile. For finding a fault: it is slow.
 *
 * ```ts
 * tf.debugging.enableCheckNumerics();
 * tf.debugging.disableCheckNumerics();
 * ```
 */
export const enableCheckNumerics = declare(
  "tf.debugging.enableCheckNumerics(stackHeightLimit:int=30, pathLengthLimit:int=50)",
  (_height: number, _path: number): void => {
    before ??= functionsRunEagerly();
    runFunctionsEagerly(true);
    setInspection((name, outputs) => {
      for (const output of Object.values(outputs)) {
        if (!isFloat(output.dtype)) continue;
        const values = output.view();
        const bad = values.findIndex((value) => !Number.isFinite(value));
        if (bad < 0) continue;
        throw new ValueError(name, {
          given: `${values[bad]} at element ${bad} of its result, ${output.dtype} ${shapeText(output.shape)}`,
          expected: "finite numbers",
          hint: "tf.debugging.disableCheckNumerics() ends these checks.",
        });
      }
    });
  },
);

/**
 * Ends what `enableCheckNumerics` began.
 *
 * ```ts
 * tf.debugging.disableCheckNumerics();
 * ```
 */
export const disableCheckNumerics = declare("tf.debugging.disableCheckNumerics()", (): void => {
  setInspection(null);
  if (before !== null) runFunctionsEagerly(before);
  before = null;
});

const rankAssertion = <const N extends string>(name: N, holds: (rank: number, wanted: number) => boolean, expected: string) =>
  declare(
    `tf.debugging.${name}(*x, rank:int, message:string=null, name:string=null)` as const,
    (x: TensorLike, rank: number, message: Message, _: Name): void => {
      const tensor = asTensor(x);
      if (!holds(tensor.rank, rank))
        throw new ShapeError(`debugging.${name}`, { given: shapeText(tensor.shape), expected: `${expected} ${rank}`, ...hint(message) });
    },
  );
/**
 * Refuses x unless it has at least so many axes. TensorFlow: tf.debugging.assert_rank_at_least
 *
 * ```ts
 * tf.debugging.assertRankAtLeast([[1, 2]], 1);
 * ```
 */
export const assertRankAtLeast = rankAssertion("assertRankAtLeast", (rank, wanted) => rank >= wanted, "a rank of at least");

/**
 * A tensor whose rank is one of several.
 *
 * ```ts
 * tf.debugging.assertRankIn([[1, 2]], [1, 2]);
 * ```
 */
export const assertRankIn = declare(
  "tf.debugging.assertRankIn(*x, ranks:list, message:string=null, name:string=null)",
  (x: TensorLike, ranks: readonly number[], message: Message, _: Name): void => {
    const tensor = asTensor(x);
    if (!Array.from(ranks).includes(tensor.rank))
      throw new ShapeError("debugging.assertRankIn", {
        given: shapeText(tensor.shape),
        expected: `a rank of ${text(ranks)}`,
        ...hint(message),
      });
  },
);

/**
 * A tensor without axes.
 *
 * ```ts
 * tf.debugging.assertScalar(5);
 * ```
 *
 * @returns it
 */
export const assertScalar = declare(
  "tf.debugging.assertScalar(*tensor, name:string=null, message:string=null)",
  (tensor: TensorLike, _: Name, message: Message): Tensor => {
    const x = asTensor(tensor);
    if (x.rank !== 0) throw new ShapeError("debugging.assertScalar", { given: shapeText(x.shape), expected: "a scalar", ...hint(message) });
    return x;
  },
);

/**
 * A tensor of a dtype.
 *
 * ```ts
 * tf.debugging.assertType([1, 2], "float32");
 * ```
 *
 * @throws DtypeError where it has another
 */
export const assertType = declare(
  "tf.debugging.assertType(*tensor, tfType:dtype, message:string=null, name:string=null)",
  (tensor: TensorLike, tfType: string, message: Message, _: Name): void => {
    const { dtype } = asTensor(tensor);
    if (dtype !== keptDtype(tfType)) throw new DtypeError("debugging.assertType", { given: dtype, expected: tfType, ...hint(message) });
  },
);

/**
 * A tensor of whole numbers.
 *
 * ```ts
 * tf.debugging.assertInteger(tf.constant([1], { dtype: "int32" }));
 * ```
 */
export const assertInteger = declare(
  "tf.debugging.assertInteger(*x, message:string=null, name:string=null)",
  (x: TensorLike, message: Message, _: Name): void => {
    const { dtype } = asTensor(x);
    if (isFloat(dtype) || dtype === "bool")
      throw new DtypeError("debugging.assertInteger", { given: dtype, expected: "a dtype of whole numbers", ...hint(message) });
  },
);

/**
 * x itself, whose elements must all be finite.
 *
 * ```ts
 * tf.debugging.assertAllFinite([1, 2], "finite"); // [1, 2]
 * ```
 */
export const assertAllFinite = declare(
  "tf.debugging.assertAllFinite(*x, message:string, name:string=null)",
  (x: TensorLike, message: string, _: Name): Tensor => checkNumerics(x, message),
);

/**
 * Whether a tensor is of numbers.
 *
 * ```ts
 * tf.debugging.isNumericTensor(tf.constant(1)); // true
 * ```
 */
export const isNumericTensor = declare("tf.debugging.isNumericTensor(tensor:any)", (tensor: unknown): boolean =>
  tensor instanceof Chainable ? tensor.value().dtype !== "bool" : false,
);
