// The tape: remembers the steps that depend on what it watches, and walks them backwards.
//
//  (1) A step is remembered only if one of its inputs is tracked and its operation has a gradient; then its float outputs are tracked.
//  (2) Of a step's tensors the tape holds those that the operation `keeps`, and of the others the spec alone.
//  (3) Gradients are computed with public operations, so outer tapes and traces see them like any other.

import { checkOptions, checkThat } from "../core/options.js";
import { isFloat } from "../core/dtype.js";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, ShapeError, StateError } from "../core/errors.js";
import { forEachTensor, isTracing, recording, recordingOnly, tapes, type Recorder } from "../core/interpreter.js";
import { asOneCall, atOnce, checkSynchronous, presentCall } from "../core/ownership.js";
import type { Block, Primitive, Step } from "../core/primitive.js";
import { sameShape, shapeText } from "../core/shape.js";
import { State } from "../core/state.js";
import { adoptTensor, Chainable, Tensor, type Spec } from "../core/tensor.js";
import { leaves, unflatten, type Tree } from "../core/tree.js";
import { broadcastTo } from "../ops/shaping/broadcast.js";
import { onesLike, zeros, zerosLike } from "../ops/shaping/create.js";
import { add } from "../ops/elementwise/arithmetic.js";
import { reshape } from "../ops/shaping/reshape.js";
import { finish, type Parts } from "../runtime/parts.js";
import { deferredGradients } from "./deferred.js";
import { stack } from "../ops/shaping/concatenate.js";
import { Sums } from "./sums.js";

/** `tape.gradient` in parts: what runs between two of them is not recorded as part of it. */
export let gradientInParts: <S>(tape: GradientTape, target: Tree<Source>, sources: S, options?: GradientOptions) => Parts<GradientsOf<S>>;

/** What a gradient can be taken with respect to: a watched tensor or a variable. */
export type Source = Tensor | { readonly state: State };

/** A variable, as a tape knows it. */
export type WatchedVariable = Chainable & { readonly state: State; readonly name: string };

/** The structure of `sources` with a gradient, or null where nothing connects, at each leaf. */
export type GradientsOf<S> = S extends Source ? Tensor | null : { readonly [K in keyof S]: GradientsOf<S[K]> };

/** Whether a tape gives gradients more than once, and whether it watches trainable variables by itself. */
export interface GradientTapeOptions {
  /** Whether `gradient` may be called more than once. Default: false. */
  persistent?: boolean;
  /** Whether trainable variables are watched when they are read. Default: true. */
  watchAccessedVariables?: boolean;
}

export interface GradientOptions {
  /** Gradients of the targets, in their structure; each is broadcast to its target. Default: ones. */
  outputGradients?: Tree<TensorLike | null>;
  /** What an unconnected source gets. Default: "none", which is null. */
  unconnectedGradients?: "none" | "zero";
}

interface Entry {
  readonly op: Primitive;
  readonly attrs: unknown;
  /** Ids of the tensors of each input. */
  readonly inputs: readonly { readonly name: string; readonly ids: readonly number[]; readonly isList: boolean }[];
  readonly outputs: readonly { readonly name: string; readonly id: number; readonly spec: Spec }[];
  readonly kept: Record<string, unknown>;
  readonly specs: Record<string, Spec | readonly Spec[]>;
  /** The step itself, where its tensors are symbolic: then it holds no values. */
  readonly step: Step | null;
  /** Whether an axis of its tensors is not known yet. */
  readonly isOpen: boolean;
}

/** @throws ArgumentError where it is neither a tensor nor a variable */
function checkDifferentiable(where: string, given: unknown): asserts given is Source {
  const isVariable = (given as { readonly state?: unknown } | null | undefined)?.state instanceof State;
  checkThat(given instanceof Tensor || isVariable, where, given, "tensors and variables, or arrays and records of them");
}

function checkTensor(where: string, name: string, given: unknown): asserts given is Tensor {
  checkThat(given instanceof Tensor, `${where}: ${name}`, given, "a tensor");
}

function differentiable(where: string, name: string, given: unknown): Source[] {
  const all = leaves<Source>(given);
  for (const each of all) checkDifferentiable(`${where}: ${name}`, each);
  return all;
}

/** The given gradient of each target, of its shape. */
function seedsOf(targets: readonly Source[], given: Tree<TensorLike | null> | undefined): (Tensor | null)[] {
  if (given === undefined) return [];
  const where = "GradientTape.gradient: outputGradients";
  const flat = leaves<TensorLike | null | undefined>(given);
  const all = targets.length === 1 && flat.length > 1 ? [given as TensorLike] : flat;
  if (all.length !== targets.length) {
    throw new ArgumentError(where, { given: `${all.length} gradients`, expected: `one for each of the ${targets.length} targets` });
  }
  return targets.map((target, i) => {
    const gradient = all[i];
    if (gradient === null || gradient === undefined) return null;
    const { shape, dtype } = target instanceof Tensor ? target : target.state;
    const seed = asTensor(gradient, gradient instanceof Chainable ? undefined : dtype);
    if (sameShape(seed.shape, shape)) return seed;
    const from = shape.length - seed.rank;
    if (from >= 0 && seed.shape.every((length, axis) => length === 1 || length === shape[from + axis])) return broadcastTo(seed, shape);
    throw new ArgumentError(where, { given: `a gradient of shape ${shapeText(seed.shape)}`, expected: `the target's ${shapeText(shape)}` });
  });
}

/** Whether both are one variable: its gradient with respect to itself needs no record. */
function isSameVariable(target: Source, source: Source): target is Exclude<Source, Tensor> {
  return !(target instanceof Tensor) && !(source instanceof Tensor) && target.state === source.state;
}

/**
 * Records operations, to differentiate them.
 *
 * ```ts
 * const tape = new tf.GradientTape();
 * const loss = tape.record(() => w.mul(w).add(5));
 * tape.gradient(loss, w);
 * ```
 */
export class GradientTape implements Recorder {
  readonly traces = false;
  readonly #persistent: boolean;
  readonly #watchesVariables: boolean;
  #entries: Entry[] = [];
  #tracked = new Set<number>();
  #states = new Set<State>();
  /** Tensors that were read from a state. */
  #reads = new Map<State, Set<number>>();
  #watched = new Set<State>();
  #used = false;

  constructor(options: GradientTapeOptions = {}) {
    checkOptions("GradientTape", arguments, 0, ["persistent", "watchAccessedVariables"]);
    const { persistent = false, watchAccessedVariables = true } = options;
    this.#persistent = persistent;
    this.#watchesVariables = watchAccessedVariables;
  }

  /** Runs the function, remembers what it computes, and returns its result. */
  record<T>(fn: () => T): T {
    checkSynchronous("GradientTape.record", fn);
    return atOnce("GradientTape.record", recording(this, fn));
  }

  /** Runs the function without remembering what it computes. */
  stopRecording<T>(fn: () => T): T {
    checkSynchronous("GradientTape.stopRecording", fn);
    return recordingOnly((recorder) => recorder !== this, fn);
  }

  /** Tracks tensors, or variables that are not trainable. */
  watch(sources: Tree<Source | State>): void {
    for (const source of leaves(sources)) {
      if (!(source instanceof State)) checkDifferentiable("GradientTape.watch", source);
      if (source instanceof Tensor) this.#tracked.add(source.id);
      else {
        const state = source instanceof State ? source : source.state;
        this.#states.add(state);
        this.#watched.add(state);
      }
    }
  }

  /**
   * The variables that were read while the tape recorded and that it watches, and those it was told to watch, in the order in which they
   * were made. TensorFlow: GradientTape.watched_variables
   */
  watchedVariables(): readonly WatchedVariable[] {
    return [...this.#watched].sort((a, b) => a.id - b.id).flatMap(({ owner }) => (owner === null ? [] : [owner as WatchedVariable]));
  }

  /** Recorder: whether a gradient with respect to it may be asked for. */
  follows(source: Tensor | State): boolean {
    return source instanceof State
      ? this.#states.has(source) || (this.#watchesVariables && source.trainable)
      : this.#tracked.has(source.id);
  }

  /** Recorder: called by the waist for each operation. */
  note(step: Step): void {
    const { op, inputs, attrs, outputs } = step;
    if (op.alias && inputs[op.alias] instanceof State) return this.#noteRead(inputs[op.alias] as State, outputs.y!.id);
    if (!op.gradient) return;
    let isTracked = false;
    forEachTensor(inputs, (tensor) => (isTracked ||= this.#tracked.has(tensor.id)));
    if (!isTracked) return;
    const floats = Object.entries(outputs).filter(([, output]) => isFloat(output.dtype));
    if (floats.length === 0) return;
    for (const [, output] of floats) this.#tracked.add(output.id);
    this.#entries.push(entryOf(op, attrs, step));
  }

  #noteRead(state: State, id: number): void {
    if (!this.follows(state)) return;
    this.#tracked.add(id);
    this.#watched.add(state);
    const reads = this.#reads.get(state);
    if (reads) reads.add(id);
    else this.#reads.set(state, new Set([id]));
  }

  /**
   * Gradients of the sum of all targets with respect to the sources.
   *
   * @param target   a tensor or a variable, or a structure of them
   * @param sources  a watched tensor, a variable, or an array or record of them; the answer has the same structure
   * @returns        null where the target does not depend on the source
   * @throws StateError at the second call on a tape that is not persistent
   * @throws ArgumentError for a target or a source that is no tensor and no variable, or gradients that do not fit their targets
   */
  gradient<S>(target: Tree<Source>, sources: S, options: GradientOptions = {}): GradientsOf<S> {
    checkOptions("GradientTape.gradient", arguments, 2, ["outputGradients", "unconnectedGradients"]);
    return finish(this.#gradient(target, sources, options));
  }

  static {
    gradientInParts = (tape, target, sources, options = {}) => tape.#gradient(target, sources, options);
  }

  *#gradient<S>(target: Tree<Source>, sources: S, options: GradientOptions): Parts<GradientsOf<S>> {
    const where = "GradientTape.gradient";
    const targets = differentiable(where, "target", target);
    const flat = differentiable(where, "sources", sources);
    const { unconnectedGradients = "none" } = options;
    checkThat(["none", "zero"].includes(unconnectedGradients), `${where}: unconnectedGradients`, unconnectedGradients, '"none" or "zero"');
    const seeds = seedsOf(targets, options.outputGradients);
    this.#use(where);
    const work = this.#backward(targets, flat, seeds, unconnectedGradients);
    const next = () => this.stopRecording(() => work.next());
    let part = next();
    for (; !part.done; part = next()) yield;
    const gradients = part.value;
    if (!this.#persistent) this.#forget();
    return unflatten(sources as Tree<unknown>, gradients) as unknown as GradientsOf<S>;
  }

  /**
   * The derivative of every element of the target with respect to every element of the sources, one backward pass for each element of the
   * target.
   *
   * @returns shape `[...target.shape, ...source.shape]`, or null where nothing connects
   */
  jacobian<S>(target: Tensor, sources: S): GradientsOf<S> {
    checkTensor("GradientTape.jacobian", "target", target);
    const flat = differentiable("GradientTape.jacobian", "sources", sources);
    this.#use("GradientTape.jacobian");
    const rows = this.stopRecording(() =>
      Array.from({ length: Math.max(1, target.size) }, (_, i) => {
        const seed = new Float32Array(target.size);
        if (target.size > 0) seed[i] = 1; // of nothing one pass tells what is connected
        return finish(this.#backward([target], flat, [adoptTensor(seed, target.shape as readonly number[], "float32")]));
      }),
    );
    if (!this.#persistent) this.#forget();
    const jacobians = flat.map((source, s) => {
      if (rows[0]?.[s] === null) return null;
      const shape = source instanceof Tensor ? source.shape : source.state.shape;
      if (target.size === 0) return zeros([...target.shape, ...shape] as number[]);
      const wanted = rows.map((row) => row[s] ?? zerosLike(rows.find((other) => other[s])![s]!));
      return reshape(stack(wanted), [...target.shape, ...shape] as number[]);
    });
    return unflatten(sources as Tree<unknown>, jacobians) as unknown as GradientsOf<S>;
  }

  /**
   * The jacobian of each row of the target with respect to the same row of the source, where rows do not depend on each other: one backward
   * pass for each element of a row. TensorFlow: GradientTape.batch_jacobian.
   *
   * @returns shape `[batch, ...target.shape.slice(1), ...source.shape.slice(1)]`, or null where nothing connects
   */
  batchJacobian(target: Tensor, source: Tensor): Tensor | null {
    checkTensor("GradientTape.batchJacobian", "target", target);
    checkTensor("GradientTape.batchJacobian", "source", source);
    const [batch] = target.shape;
    if (target.rank === 0 || source.rank === 0 || typeof batch !== "number" || batch !== source.shape[0]) {
      throw new ShapeError("GradientTape.batchJacobian", {
        given: `a target ${shapeText(target.shape)} and a source ${shapeText(source.shape)}`,
        expected: "the same first axis in both",
      });
    }
    this.#use("GradientTape.batchJacobian");
    const perRow = batch === 0 ? 0 : target.size / batch;
    const columns = this.stopRecording(() =>
      Array.from({ length: perRow }, (_, element) => {
        const seed = new Float32Array(target.size);
        for (let row = 0; row < batch; row++) seed[row * perRow + element] = 1;
        return finish(this.#backward([target], [source], [adoptTensor(seed, target.shape as readonly number[], "float32")]))[0]!;
      }),
    );
    if (!this.#persistent) this.#forget();
    const some = columns.find((column) => column !== null);
    if (!some) return null;
    const shape = [...target.shape, ...source.shape.slice(1)] as number[];
    return reshape(
      stack(
        columns.map((column) => column ?? zerosLike(some)),
        1,
      ),
      shape,
    );
  }

  /** Forgets what was recorded so far, and goes on recording. TensorFlow: GradientTape.reset. */
  reset(): void {
    this.#forget();
    this.#watched = new Set();
    this.#used = false;
  }

  #use(where: string): void {
    if (this.#used && !this.#persistent) {
      throw new StateError(where, { given: "a second call", expected: "one call", hint: "Make the tape with { persistent: true }." });
    }
    this.#used = true;
  }

  #forget(): void {
    this.#entries = [];
    this.#tracked = new Set();
    this.#reads = new Map();
  }

  /** @param seeds  the gradient of each target; ones where there is none */
  *#backward(
    targets: readonly Source[],
    sources: readonly Source[],
    seeds: readonly (Tensor | null)[],
    unconnectedGradients: "none" | "zero" = "none",
  ): Parts<(Tensor | null)[]> {
    const sourceIds = sources.map((source) =>
      source instanceof Tensor ? (this.#tracked.has(source.id) ? [source.id] : []) : [...(this.#reads.get(source.state) ?? [])],
    );
    const reached = this.#reachedFrom(sourceIds.flat());
    const sums = new Sums();
    const collected = () =>
      sources.map((source, i) => {
        const parts = sourceIds[i]!.map((id) => sums.get(id)).filter((part) => part !== undefined);
        targets.forEach((target, t) => isSameVariable(target, source) && parts.push(seeds[t] ?? onesLike(target.state.snapshot())));
        if (parts.length > 0) return parts.reduce((sum, part) => add(sum, part));
        return unconnectedGradients === "zero" ? zerosLike(source instanceof Tensor ? source : source.state.snapshot()) : null;
      });
    const between = this.#entries.filter(({ outputs }) => outputs.some(({ id }) => reached.has(id)));
    if (between.some(({ isOpen }) => isOpen) && between.every(({ step }) => step) && isTracing() && tapes().length === 0) {
      const steps = between.map(({ step }) => step!);
      const connected = targets.flatMap((target, i) => (target instanceof Tensor && reached.has(target.id) ? [{ target, i }] : []));
      const recorded = {
        steps,
        targets: connected.map(({ target }) => target),
        seeds: connected.map(({ i }) => seeds[i] ?? undefined),
        sources: sourceIds.flat(),
      };
      for (const [id, gradient] of deferredGradients(recorded, () => new GradientTape({ watchAccessedVariables: false })))
        sums.add(id, gradient);
      return collected();
    }
    targets.forEach((target, i) => {
      if (target instanceof Tensor && reached.has(target.id)) sums.add(target.id, seeds[i] ?? onesLike(target));
    });
    const call = presentCall();
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      asOneCall(call, () => backwardThrough(this.#entries[i]!, sums, reached));
      yield;
    }
    return collected();
  }

  /** Ids of all tensors that depend on the given ones. */
  #reachedFrom(ids: readonly number[]): Set<number> {
    const reached = new Set(ids);
    for (const { inputs, outputs } of this.#entries) {
      if (inputs.some((input) => input.ids.some((id) => reached.has(id)))) for (const { id } of outputs) reached.add(id);
    }
    return reached;
  }
}

function entryOf(op: Primitive, attrs: unknown, step: Step): Entry {
  const { inputs, outputs } = step;
  const ids = [];
  const specs: Record<string, Spec | readonly Spec[]> = {};
  for (const name of op.inputs) {
    const input = inputs[name];
    if (input === undefined || input instanceof State) continue;
    const tensors: readonly Tensor[] = input instanceof Tensor ? [input] : input;
    ids.push({ name, ids: tensors.map(({ id }) => id), isList: !(input instanceof Tensor) });
    const own = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
    specs[name] = input instanceof Tensor ? own[0]! : own;
  }
  const kept: Record<string, unknown> = {};
  for (const name of op.keeps) kept[name] = inputs[name] ?? outputs[name];
  const results = Object.entries(outputs).map(([name, { id, shape, dtype }]) => ({ name, id, spec: { shape, dtype } }));
  const isSymbolic = Object.values(outputs).some((output) => output.isSymbolic);
  const isOpen = isSymbolic && [...Object.values(specs).flat(), ...Object.values(outputs)].some(({ shape }) => shape.includes(null));
  return { op, attrs, inputs: ids, outputs: results, kept, specs, step: isSymbolic ? step : null, isOpen };
}

function backwardThrough(entry: Entry, sums: Sums, reached: ReadonlySet<number>): void {
  const { op, attrs, inputs, outputs, kept, specs } = entry;
  if (!outputs.some(({ id }) => sums.has(id))) return;
  const isSingle = outputs.length === 1 && outputs[0]!.name === "y";
  const dy = isSingle ? sums.get(outputs[0]!.id)! : Object.fromEntries(outputs.map(({ name, id }) => [name, sums.get(id) ?? null]));
  const wants = (input: string, index = 0): boolean => {
    const id = inputs.find(({ name }) => name === input)?.ids[index];
    return id !== undefined && reached.has(id);
  };
  const thunks = op.gradient!(dy, kept, { attrs, specs, wants });
  for (const { name, ids, isList } of inputs) {
    const thunk = thunks[name];
    if (!thunk || !ids.some((id) => reached.has(id))) continue;
    const gradients = isList ? (thunk() as readonly (Tensor | null)[]) : [thunk() as Tensor | Block | null];
    ids.forEach((id, i) => {
      const gradient = gradients[i];
      if (gradient && reached.has(id)) sums.add(id, gradient);
    });
  }
}
