// How an operation that computes is defined: its inputs, shape rule, lowering to kernels and gradient side by side.

import type { Command } from "../runtime/command.js";
import { StateError, text } from "./errors.js";
import { apply } from "./interpreter.js";
import type { OutputPlaces } from "./replicas.js";
import type { State } from "./state.js";
import { widths, type Spec, type Tensor } from "./tensor.js";
import { applyWidened, needsWidening } from "./width.js";

/*
 * Names of inputs carry their kind: "x" is a tensor, "bias?" may be undefined, "...xs" is a list of tensors,
 * "&state" is state that the operation reads or writes.
 */
type Bare<N extends string> = N extends `...${infer R}` ? R : N extends `&${infer R}` ? R : N extends `${infer R}?` ? R : N;
type Kind<N extends string> = N extends `...${string}`
  ? readonly Tensor[]
  : N extends `&${string}`
    ? State
    : N extends `${string}?`
      ? Tensor | undefined
      : Tensor;
/** The inputs of an operation by name. */
export type InputsOf<N extends string> = { readonly [K in N as Bare<K>]: Kind<K> };
type OutputNames<O> = O extends Spec ? "y" : Extract<keyof O, string>;
type OutputsOf<O> = { readonly [K in OutputNames<O>]: Tensor };
type Result<O> = O extends Spec ? Tensor : { readonly [K in keyof O]: Tensor };
type Cotangent<O> = O extends Spec ? Tensor : { readonly [K in keyof O]: Tensor | null };
type Thunk<T> = T extends readonly Tensor[] ? () => readonly (Tensor | null)[] : () => Tensor | Block | null;

/**
 * A gradient that is zero outside of a block: all of the other axes, a stretch of one. Of the steps of a sequence each gives one, so a tape
 * puts those of a tensor together at once instead of adding up whole tensors.
 */
export interface Block {
  readonly block: Tensor;
  /** The shape of the whole. */
  readonly shape: readonly number[];
  readonly axis: number;
  /** Where along the axis it begins. */
  readonly begin: number;
}
type Specs<T> = { readonly [K in keyof T]: T[K] extends readonly Tensor[] ? readonly Spec[] : Spec };

/** An elementwise step as its producer sees it. */
export type Follower =
  | { readonly kind: "bias"; readonly of: Tensor; readonly bias: Tensor }
  | { readonly kind: "relu"; readonly of: Tensor }
  /** Zero where the tensor `by` is not positive: the gradient of relu, by its output. */
  | { readonly kind: "positive"; readonly of: Tensor; readonly by: Tensor };

/** An operation that gives another one's first output. */
export interface Again {
  /** Default: the same operation. */
  readonly op?: Primitive;
  readonly inputs: Inputs;
  readonly attrs: unknown;
  /** The name of its output. Default: that of the other one. */
  readonly output?: string;
}

/** What an output holds of the rows of its inputs. */
export type OfRows = "each" | "sum" | "all";

/** What a gradient may know beside the tensors that the operation keeps. */
export interface GradientContext<N extends string, A> {
  readonly attrs: A;
  /** Shapes and dtypes of the inputs. */
  readonly specs: Specs<InputsOf<N>>;
  /** Whether the gradient of this input (of this tensor of a list) is wanted: for operations that compute several at once. */
  wants(input: string, index?: number): boolean;
}

export interface PrimitiveDefinition<N extends string, A, O, K extends string> {
  /** Unique, as error messages and graph listings show it. */
  readonly name: string;
  /** Names of the inputs: `x`, `bias?`, `...xs`, `&state`. */
  readonly inputs: readonly N[];
  /** Shape and dtype of the output, or of each named output; null is an axis not known yet. Checks what users can get wrong. */
  infer(inputs: InputsOf<N>, attrs: A): O;
  /** The commands that compute the outputs, in order; absent where `alias` says that there is nothing to compute. */
  lower?(inputs: InputsOf<N>, outputs: OutputsOf<NoInfer<O>>, attrs: A): Command | readonly Command[];
  /**
   * Instead of `lower`: computes on the calling thread, between programs. What prints, checks, decides what runs next, or meets other
   * processes. In a program it may write outputs where they are wanted (`places`, by name) instead of giving them back.
   */
  host?(inputs: InputsOf<N>, attrs: A, places?: OutputPlaces): { readonly [K in OutputNames<NoInfer<O>>]?: Tensor };
  /** Instead of `lower`: the steps that it stands for, recorded when the shapes of its inputs are known. */
  expand?(inputs: InputsOf<N>, attrs: A): { readonly [K in OutputNames<NoInfer<O>>]: Tensor };
  /** For a number that follows from shapes alone: what it is where every open axis is that long. */
  measures?(inputs: InputsOf<N>, attrs: A, open: number): number;
  /** The list of inputs that must have values for `expand`: until they have, `host` computes it when the program runs. */
  readonly needs?: NoInfer<Bare<N>>;
  /** The input whose elements the output `y` shares: only the shape differs. */
  readonly alias?: NoInfer<Bare<N>>;
  /** The states among the inputs that are written. Such an operation is never dropped, merged or reordered. */
  readonly writes?: readonly NoInfer<Bare<N>>[];
  /** The input that the state it writes equals afterwards. */
  readonly sets?: NoInfer<Bare<N>>;
  /** Runs in program order and is never dropped. */
  readonly effect?: boolean;
  /**
   * "elementwise": element i of the output y depends on elements i (or broadcast ones) of the inputs alone. So y may take the memory of an
   * input, and where one command does it whose units are elements of y, it may run block by block with others.
   */
  readonly fusible?: "elementwise";
  /**
   * Inputs whose row i (along the first axis) row i of the output comes from, as it comes from the other inputs as a whole: so rows may be
   * computed some at a time. An elementwise operation need not say it.
   */
  readonly rows?: readonly NoInfer<Bare<N>>[];
  /** What stands in the output: a row for each (so where this is absent), the sum of what the rows give, or what needs all at once. */
  ofRows?(attrs: A): OfRows;
  /** Every element of the output is one of x: what holds of all of these holds of it. */
  readonly picks?: boolean;
  /** Takes tensors of every dtype as they lie in memory; others compute on float32, int32, uint8 and bool (lib/core/width.ts). */
  readonly keepsWidth?: boolean;
  /** Copies elements without looking at them: those of one and of four bytes are taken as they are. */
  readonly moves?: boolean;
  /**
   * What gives the first output anew from inputs and other outputs, in a pass over memory: so it need not be kept until it is read again.
   * Absent: it takes more than that.
   */
  again?(inputs: InputsOf<N>, outputs: OutputsOf<NoInfer<O>>, attrs: A): Again;
  /** What this operation does to `of`, where that is something a producer can do while it stores. */
  follows?(inputs: InputsOf<N>, outputs: OutputsOf<NoInfer<O>>, attrs: A): Follower | null;
  /** The same step with what follows it done while it stores its first output, or null where it can't. */
  absorbs?(inputs: InputsOf<N>, attrs: A, follower: Follower): { readonly inputs: InputsOf<N>; readonly attrs: A } | null;
  /** An output and an input whose memory it may take where nobody needs the input afterwards. */
  overwrites?(root: unknown, inputs: InputsOf<N>, outputs: OutputsOf<NoInfer<O>>): readonly (readonly [output: Tensor, input: Tensor])[];
  /** Inputs and outputs whose values the gradient needs: all that a tape holds. */
  readonly keeps?: readonly K[];
  /** Gradients of the inputs, each computed only when wanted; absent: not differentiable. Written with public operations. */
  gradient?(
    dy: Cotangent<NoInfer<O>>,
    kept: Pick<InputsOf<N> & OutputsOf<NoInfer<O>>, NoInfer<K> & keyof (InputsOf<N> & OutputsOf<NoInfer<O>>)>,
    context: GradientContext<N, NoInfer<A>>,
  ): { readonly [I in Bare<N>]?: Thunk<InputsOf<N>[I & keyof InputsOf<N>]> };
}

/** An operation as shared code sees it: without the types of its own inputs. */
export interface Primitive {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly states: readonly string[];
  readonly writes: readonly string[];
  readonly effect: boolean;
  readonly alias?: string;
  readonly sets?: string;
  readonly fusible?: "elementwise";
  readonly rows?: readonly string[];
  ofRows?(attrs: unknown): OfRows;
  readonly picks?: boolean;
  readonly keepsWidth?: boolean;
  readonly moves?: boolean;
  readonly keeps: readonly string[];
  /** Instead of `lower` and `host`: the steps that it stands for, recorded when the shapes of its inputs are known. */
  expand?(inputs: Inputs, attrs: unknown): Record<string, Tensor>;
  /**
   * What the host decides between programs, as steps of the program itself, where that costs less than the cut: recorded by the call,
   * results in the order of the outputs. Null where it does not.
   */
  inline?(inputs: Inputs): readonly Tensor[] | null;
  readonly needs?: string;
  measures?(inputs: Inputs, attrs: unknown, open: number): number;
  /** The same operation for another program, where it holds something between its forward and its backward pass. */
  fresh?(): Primitive;
  infer(inputs: Inputs, attrs: unknown): Spec | Record<string, Spec>;
  lower?(inputs: Inputs, outputs: Record<string, Tensor>, attrs: unknown): Command | readonly Command[];
  host?(inputs: Inputs, attrs: unknown, places?: OutputPlaces): Record<string, Tensor>;
  /** Outputs and inputs whose memory they may take where nobody needs the input afterwards; equal roots are one place in memory. */
  overwrites?(
    root: (tensor: Tensor) => object,
    inputs: Inputs,
    outputs: Record<string, Tensor>,
  ): readonly (readonly [output: Tensor, input: Tensor])[];
  again?(inputs: Inputs, outputs: Readonly<Record<string, Tensor>>, attrs: unknown): Again;
  follows?(inputs: Inputs, outputs: Record<string, Tensor>, attrs: unknown): Follower | null;
  absorbs?(inputs: Inputs, attrs: unknown, follower: Follower): { inputs: Inputs; attrs: unknown } | null;
  gradient?(
    dy: unknown,
    kept: Record<string, unknown>,
    context: { attrs: unknown; specs: Record<string, unknown>; wants(input: string, index?: number): boolean },
  ): Gradients;
}

export type Inputs = Readonly<Record<string, Tensor | readonly Tensor[] | State | undefined>>;
export type Gradients = Readonly<Record<string, (() => Tensor | Block | null | readonly (Tensor | null)[]) | undefined>>;

/** One application of an operation: what recorders are told. */
export interface Step {
  readonly op: Primitive;
  readonly inputs: Inputs;
  readonly attrs: unknown;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

export interface TypedPrimitive<N extends string, A, O> extends Primitive {
  apply(inputs: InputsOf<N>, ...attrs: unknown extends A ? [] : [attrs: A]): Result<O>;
}

/** An operation that is made where it is applied, since what it does is its own: no table holds it, and nothing finds it by name. */
export const localPrimitive = (definition: Pick<Primitive, "name" | "inputs" | "infer"> & Partial<Primitive>): Primitive => ({
  states: [],
  writes: [],
  effect: false,
  keeps: [],
  ...definition,
});

/** All primitives by name, for the tests that hold something true of each of them. */
export const primitives = new Map<string, Primitive>();

/** Defines an operation: one file holds its doc, its public function and this. */
export function primitive<const N extends string, O extends Spec | Record<string, Spec>, A = unknown, const K extends string = never>(
  definition: PrimitiveDefinition<N, A, O, K>,
): TypedPrimitive<N, A, O> {
  const bare = (name: string): string => name.replace(/^(\.\.\.|&)|\?$/g, "");
  const { infer, lower, host, gradient, ...facts } = definition;
  const op = {
    ...facts,
    inputs: definition.inputs.map(bare),
    states: definition.inputs.filter((name) => name.startsWith("&")).map(bare),
    writes: definition.writes ?? [],
    effect: definition.effect === true || (definition.writes?.length ?? 0) > 0,
    keeps: definition.keeps ?? [],
    infer,
    ...(lower && { lower }),
    ...(host && { host }),
    ...(gradient && { gradient }),
    apply: (inputs: Inputs, attrs?: unknown) =>
      widths.areMixed && needsWidening(op, inputs)
        ? applyWidened(op, inputs, attrs, (widened) => apply(op, widened, attrs))
        : apply(op, inputs, attrs),
  } as unknown as TypedPrimitive<N, A, O>;
  if (primitives.has(op.name))
    throw new StateError("primitive", { given: `a second meaning of ${text(op.name)}`, expected: "a name of its own" });
  primitives.set(op.name, op);
  return op;
}
