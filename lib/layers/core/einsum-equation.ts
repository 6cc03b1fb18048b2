// The shapes of weights that an einsum equation asks for.

import { ShapeError, text, ValueError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";

/** What an equation such as "abc,cd->abd" says of the weights of a layer. */
export interface WeightShapes {
  readonly kernel: Shape;
  readonly bias: Shape | null;
  /** The axes of the kernel that stand for inputs of a unit. */
  readonly inputAxes: readonly number[];
  /** The axes of the kernel that stand for units. */
  readonly outputAxes: readonly number[];
}

/** `[X],[Y]->[Z]`, `...[X],[Y]->...[Z]` or `[X]...,[Y]->[Z]...` */
const FORMS = [
  /^()([a-z]+),([a-z]+)->([a-z]+)$/i,
  /^(\.\.\.)([a-z]+),([a-z]+)->\.\.\.([a-z]+)$/i,
  /^()([a-z]{2,})\.\.\.,([a-z]+)->([a-z]+)\.\.\.$/i,
];

/** The axes of an equation's operands and result, each by a letter; those that "..." stands for have letters of their own. */
export interface EquationAxes {
  readonly inputs: readonly string[];
  readonly weights: readonly string[];
  readonly outputs: readonly string[];
}

/** The parts of an equation: the dots on the left, inputs, weights, outputs. @throws ValueError for another form */
function partsOf(where: string, equation: string): readonly [dots: string, inputs: string, weights: string, outputs: string] {
  const match = FORMS.map((form) => form.exec(equation.replace(/\s+/g, ""))).find((match) => match !== null);
  if (match) return match.slice(1) as unknown as [string, string, string, string];
  throw new ValueError(`${where}.equation`, { given: text(equation), expected: '"ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac..."' });
}

/** The axes that an equation names, for inputs of a rank. @throws ValueError for an equation of another form */
export function equationAxes(where: string, equation: string, rank: number): EquationAxes {
  const [dots, inputs, weights, outputs] = partsOf(where, equation);
  const used = new Set(inputs + weights + outputs);
  const free = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !used.has(letter));
  const elided = free.slice(0, Math.max(0, rank - inputs.length));
  const full = (letters: string): string[] => (dots === "" ? [...letters, ...elided] : [...elided, ...letters]);
  return { inputs: full(inputs), weights: [...weights], outputs: full(outputs) };
}

/**
 * The shapes of kernel and bias.
 *
 * @param where        the layer, for messages
 * @param outputShape  lengths of the output's axes behind the batch and what "..." stands for; null where they are the input's
 * @param biasAxes     letters of the output along which biases differ; null for no bias
 */
export function weightShapes(
  where: string,
  equation: string,
  inputShape: Shape,
  outputShape: Shape,
  biasAxes: string | null,
): WeightShapes {
  const [dots, inputs, weights, outputs] = partsOf(where, equation);
  const elided = inputShape.length - inputs.length;
  const onLeft = dots !== "";
  const inputAt = new Map([...inputs].map((letter, i) => [letter, onLeft ? i + elided : i]));
  const outputAt = new Map([...outputs].map((letter, i) => [letter, onLeft ? i + elided : i]));
  const full = [
    inputShape[0]!,
    ...(onLeft ? inputShape.slice(1, Math.max(1, elided)) : []),
    ...outputShape,
    ...(onLeft || elided <= 0 ? [] : inputShape.slice(-elided)),
  ];
  for (const letter of inputs) {
    const [given, wanted] = [inputShape[inputAt.get(letter)!], full[outputAt.get(letter) ?? -1] ?? null];
    if (outputAt.has(letter) && wanted !== null && wanted !== given) {
      throw new ShapeError(where, {
        given: `an input of shape ${shapeText(inputShape)} for ${text(equation)}`,
        expected: `axis "${letter}" to have ${wanted} elements, as \`outputShape\` says`,
      });
    }
  }
  const known = (letter: string): number | null | undefined =>
    outputAt.has(letter) ? full[outputAt.get(letter)!] : inputAt.has(letter) ? inputShape[inputAt.get(letter)!] : undefined;
  const orphan =
    [...outputs].find((letter) => !inputs.includes(letter) && !weights.includes(letter)) ??
    [...weights].find((letter) => known(letter) === undefined);
  if (orphan !== undefined) {
    throw new ValueError(`${where}.equation`, { given: text(equation), expected: `axis "${orphan}" to stand on both sides` });
  }
  const axes = [...weights].map((letter, axis) => ({ axis, isOutput: outputAt.has(letter) }));
  return {
    kernel: [...weights].map((letter) => known(letter)!),
    bias: biasAxes === null ? null : biasShape(where, outputs, biasAxes, known, onLeft ? 0 : elided),
    inputAxes: axes.filter(({ isOutput }) => !isOutput).map(({ axis }) => axis),
    outputAxes: axes.filter(({ isOutput }) => isOutput).map(({ axis }) => axis),
  };
}

/** From the first axis that biases differ along to the last of the output: 1 where they do not. */
function biasShape(
  where: string,
  outputs: string,
  biasAxes: string,
  lengthOf: (letter: string) => number | null | undefined,
  after: number,
): Shape {
  const unknown = [...biasAxes].find((letter) => !outputs.includes(letter));
  if (unknown !== undefined) {
    throw new ValueError(`${where}.biasAxes`, { given: text(biasAxes), expected: `letters of the output ${text(outputs)}` });
  }
  const first = Math.min(...[...biasAxes].map((letter) => outputs.indexOf(letter)));
  const lengths = [...outputs.slice(first)].map((letter) => (biasAxes.includes(letter) ? lengthOf(letter)! : 1));
  return [...lengths, ...Array.from({ length: Math.max(0, after) }, () => 1)];
}
