// The base of strategies: scopes in which variables are made, runs in every replica, and what replicas put together.
/// <reference lib="esnext.disposable" preserve="true" />
import { asTensor, checkAxis, type TensorLike } from "../core/convert.js";
import { isFloat } from "../core/dtype.js";
import { ArgumentError, ShapeError, StateError, text, ValueError } from "../core/errors.js";
import { checkFunction, checkOptions } from "../core/options.js";
import { isInReplica, isMerging, replica, statesOf, whileMerging, type Group } from "../core/replicas.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { isBranch, leaves, mapTree, type Tree } from "../core/tree.js";
import { Dataset } from "../data/dataset.js";
import { allGather, allReduce } from "../ops/collective/all-reduce.js";
import { add, cast, concatenate, divide, sum } from "../ops/index.js";
import { read } from "../ops/state/assign.js";
import { Variable } from "../variables/variable.js";
import type { Resolver } from "./cluster.js";
import { checkInputOptions, DistributedDataset, type DistributeOptions, InputContext, sharingOf } from "./dataset.js";
import { devicesOf, StrategyExtended } from "./extended.js";
import { joined, partOf, PerReplica } from "./per-replica.js";
import { currentStrategy, enterStrategy, inCrossReplicaContext, runningStrategy } from "./scopes.js";

/**
 * How values of replicas become one. TensorFlow: tf.distribute.ReduceOp
 *
 * ```ts
 * tf.distribute.ReduceOp.MEAN; // "MEAN"
 * ```
 */
export const ReduceOp = { SUM: "SUM", MEAN: "MEAN" } as const;
export type ReduceOp = (typeof ReduceOp)[keyof typeof ReduceOp];

/** Ways to sum over devices in TensorFlow. Here there is one; they are taken for likeness. */
export class CrossDeviceOps {}
export class HierarchicalCopyAllReduce extends CrossDeviceOps {
  constructor(readonly options: { numPacks?: number } = {}) {
    super();
    checkOptions("HierarchicalCopyAllReduce", arguments, 0, ["numPacks"]);
  }
}
export class ReductionToOneDevice extends CrossDeviceOps {
  constructor(readonly options: { reduceToDevice?: string | null; accumulationFn?: unknown } = {}) {
    super();
    checkOptions("ReductionToOneDevice", arguments, 0, ["reduceToDevice", "accumulationFn"]);
  }
}
export class NcclAllReduce extends CrossDeviceOps {
  static #warned = false;
  constructor(readonly options: { numPacks?: number } = {}) {
    super();
    checkOptions("NcclAllReduce", arguments, 0, ["numPacks"]);
    if (NcclAllReduce.#warned) return;
    NcclAllReduce.#warned = true;
    console.warn("kerasm: NcclAllReduce is for GPUs; sums are computed on processors here, the same way with every choice.");
  }
}

export const reductionOf = (where: string, op: unknown): "sum" | "mean" => {
  const name = typeof op === "string" ? op.toLowerCase() : op;
  if (name === "sum" || name === "mean") return name;
  throw new ArgumentError(where, { given: text(op), expected: "tf.distribute.ReduceOp.SUM or MEAN" });
};

/**
 * How TensorFlow compiles what replicas run. Here every shape has its own trace; they are taken for likeness.
 * TensorFlow: tf.distribute.RunOptions
 */
export class RunOptions {
  /** Default: true. */
  declare readonly experimentalEnableDynamicBatchSize?: boolean;
  /** Default: false. */
  declare readonly experimentalBucketizingDynamicShape?: boolean;
  /** Default: null. */
  declare readonly experimentalXlaOptions?: null;

  constructor(options: RunOptions = {}) {
    checkRunOptions("RunOptions", options);
    Object.assign(this, { experimentalEnableDynamicBatchSize: true, experimentalBucketizingDynamicShape: false, ...options });
  }
}

function checkRunOptions(where: string, options: unknown): void {
  const flags = ["experimentalEnableDynamicBatchSize", "experimentalBucketizingDynamicShape"];
  checkOptions(where, [options instanceof RunOptions ? { ...options } : options], 0, [...flags, "experimentalXlaOptions"]);
  for (const [key, value] of Object.entries(options as object))
    if (flags.includes(key) ? typeof value !== "boolean" : value !== null && value !== undefined)
      throw new ArgumentError(`${where}.${key}`, { given: text(value), expected: flags.includes(key) ? "true or false" : "null" });
}

/** Arguments of a function that replicas run: a list, or by TensorFlow's names. */
export type RunArguments =
  readonly unknown[] | { readonly args?: readonly unknown[]; readonly kwargs?: Keywords; readonly options?: RunOptions | null };

/** The arguments as a list. @throws ArgumentError for what are none */
export function runArguments(where: string, fn: unknown, given: RunArguments, named: Keywords, how: RunOptions | null): readonly unknown[] {
  checkFunction(where, fn);
  if (how !== null) checkRunOptions(`${where}.options`, how);
  if (Array.isArray(given)) return withKeywords(where, given as readonly unknown[], named);
  if (!isBranch(given)) throw new ArgumentError(`${where}.args`, { given: text(given), expected: "a list of arguments: [x, y]" });
  if (named !== null) throw new ArgumentError(where, { given: "two records", expected: "a list of arguments, then one record" });
  const { args = [], kwargs = null, options = null, ...unknown } = given as Exclude<RunArguments, readonly unknown[]>;
  const [odd] = Object.keys(unknown);
  if (odd !== undefined) throw new ArgumentError(where, { given: `the option ${odd}`, expected: "args, kwargs, options" });
  if (options !== null) checkRunOptions(`${where}.options`, options);
  if (!Array.isArray(args)) throw new ArgumentError(`${where}.args`, { given: text(args), expected: "a list of arguments: [x, y]" });
  return withKeywords(where, args as readonly unknown[], kwargs);
}

/** Arguments by name: the function gets them as a record behind the others. */
export type Keywords = Readonly<Record<string, unknown>> | null;

function withKeywords(where: string, args: readonly unknown[], named: Keywords): readonly unknown[] {
  if (named === null) return args;
  if (isBranch(named) && !Array.isArray(named)) return [...args, named];
  throw new ArgumentError(`${where}.kwargs`, { given: text(named), expected: "a record of arguments: { training: true }" });
}

/** The axis of `reduce` and `gather`, as a number or an option. @throws ArgumentError for anything else */
function axisOf(where: string, given: unknown): number | null {
  if (typeof given === "object" && given !== null) {
    const odd = Object.keys(given).find((key) => key !== "axis");
    if (odd !== undefined || Array.isArray(given))
      throw new ArgumentError(where, { given: odd === undefined ? text(given) : `the option ${odd}`, expected: "axis" });
    return axisOf(where, (given as { axis?: unknown }).axis ?? null);
  }
  if (given === null || Number.isInteger(given)) return given as number | null;
  throw new ArgumentError(`${where}.axis`, { given: text(given), expected: "a whole number, or null" });
}

/** Whether a value is an array or a record that holds tensors, or values of replicas. */
const isStructure = (value: unknown): boolean =>
  isBranch(value) && leaves(value).some((leaf) => leaf instanceof PerReplica || leaf instanceof Chainable);

/** What an action gives for a value, or for each one of a structure. */
const ofEach = (value: unknown, action: (each: unknown) => Tensor): unknown =>
  isStructure(value) ? mapTree(value as Tree<unknown>, action) : action(value);

/**
 * For which replica a value is made. TensorFlow: tf.distribute.experimental.ValueContext
 *
 * ```ts
 * const strategy = new tf.distribute.MirroredStrategy({ devices: ["cpu:0", "cpu:1"] });
 * const values = strategy.experimentalDistributeValuesFromFunction((context) => context.replicaIdInSyncGroup);
 * strategy.experimentalLocalResults(values); // [0, 1]
 * ```
 */
export class ValueContext {
  readonly replicaIdInSyncGroup: number;
  readonly numReplicasInSync: number;

  /** @throws ArgumentError for a replica that is none of so many */
  constructor(given: number | { readonly replicaIdInSyncGroup?: number; readonly numReplicasInSync?: number } = {}, count?: number) {
    if (typeof given === "object") checkOptions("ValueContext", [given], 0, ["replicaIdInSyncGroup", "numReplicasInSync"]);
    const { replicaIdInSyncGroup: id = 0, numReplicasInSync = count ?? 1 } =
      typeof given === "object" ? given : { replicaIdInSyncGroup: given };
    if (!(Number.isInteger(numReplicasInSync) && Number.isInteger(id) && id >= 0 && id < numReplicasInSync))
      throw new ArgumentError("ValueContext", {
        given: `replica ${text(id)} of ${text(numReplicasInSync)}`,
        expected: "one of them, from 0",
      });
    [this.replicaIdInSyncGroup, this.numReplicasInSync] = [id, numReplicasInSync];
  }
}

/** A function that replicas run. */
type StepFunction<A extends readonly unknown[], R> = (...args: A) => R;

/**
 * Replicas of a computation and how they go together: variables made in its scope belong to all of them, `run` calls a function in each,
 * `reduce` and `gather` put their results together. TensorFlow: tf.distribute.Strategy
 *
 * ```ts
 * new tf.distribute.MirroredStrategy({ devices: ["cpu:0"] }) instanceof tf.distribute.Strategy; // true
 * ```
 */
export abstract class Strategy {
  /** What `run` gives replicas of. */
  abstract readonly group: Group;

  /** @throws StateError for the base itself */
  constructor() {
    if ((new.target as unknown) !== Strategy) return;
    throw new StateError("Strategy", {
      given: "the base of strategies",
      expected: "one of them: MirroredStrategy, MultiWorkerMirroredStrategy, ParameterServerStrategy, OneDeviceStrategy",
    });
  }

  /** Replicas whose gradients are summed. */
  get numReplicasInSync(): number {
    return this.group.count;
  }

  get name(): string {
    return this.constructor.name;
  }

  /**
   * Runs a function whose variables belong to the replicas of this strategy, and gives its result. Without a function the scope begins
   * here and ends with the block: `using scope = strategy.scope()`.
   */
  scope<R>(fn: () => R): R;
  scope(): Disposable & { readonly strategy: Strategy };
  scope(fn?: () => unknown): unknown {
    if (fn !== undefined) checkFunction("strategy.scope", fn);
    const leave = enterStrategy(this);
    if (fn === undefined) return { strategy: this, [Symbol.dispose ?? Symbol.for("Symbol.dispose")]: leave };
    let result: unknown;
    try {
      result = fn();
    } catch (error) {
      leave();
      throw error;
    }
    if (result instanceof Promise) return result.finally(leave);
    leave();
    return result;
  }

  /**
   * Calls the function in every replica with its part of the arguments: `run(fn, [x, y])`, `run(fn, [x, y], { training: true })`, or
   * `run(fn, { args: [x, y], kwargs: { training: true } })`. The function gets the record last.
   *
   * @returns the result, where there is one replica; else the structure of the result with a value for each replica in it
   */
  run<A extends readonly unknown[], R>(
    fn: StepFunction<A, R>,
    args: RunArguments = [],
    kwargs: Keywords = null,
    options: RunOptions | null = null,
  ): R {
    return this.runInReplicas(fn, runArguments("strategy.run", fn, args, kwargs, options) as A);
  }

  protected abstract runInReplicas<A extends readonly unknown[], R>(fn: StepFunction<A, R>, args: A): R;

  /** Who is in the cluster, where there is one. */
  readonly clusterResolver: Resolver | null = null;

  /** What authors of optimizers and libraries use. TensorFlow: tf.distribute.StrategyExtended */
  get extended(): StrategyExtended {
    return new StrategyExtended(this);
  }

  /**
   * The steps of a model as other processes run them, several at a time, where the strategy hands them out; null: they run here. The answer
   * is the last one's.
   */
  elsewhere<B, R>(_step: (batch: B) => R): ((batches: readonly B[]) => Promise<R>) | null {
    return null;
  }

  /** Whether `elsewhere` hands out steps. */
  get isServed(): boolean {
    return false;
  }

  /** The guide's name of `run`. */
  experimentalRunV2<A extends readonly unknown[], R>(
    fn: StepFunction<A, R>,
    args: RunArguments = [],
    kwargs: Keywords = null,
    options: RunOptions | null = null,
  ): R {
    return this.run(fn, args, kwargs, options);
  }

  /**
   * Values of all replicas as one: element by element (axis null), or over all their slices along an axis. Of a structure each value.
   */
  reduce(op: ReduceOp, value: unknown, given: number | null | { readonly axis?: number | null } = null): Tensor {
    const where = "strategy.reduce";
    this.#checkOutside(where);
    const reduction = reductionOf(where, op);
    const axis = axisOf(where, given);
    return ofEach(value, (each) => this.#reduced(where, reduction, each, axis)) as Tensor;
  }

  #reduced(where: string, reduction: "sum" | "mean", value: unknown, axis: number | null): Tensor {
    if (axis === null && this.#isOne(value)) {
      const tensor = asTensor(value as TensorLike);
      if (reduction === "mean" || value === 0) return tensor;
      throw new ValueError(where, {
        given: `the sum of a tensor of shape ${text(tensor.shape)}, one value for all replicas`,
        expected: "values of replicas, as strategy.run gives them",
        hint: "Multiply by strategy.numReplicasInSync, or return a tensor from strategy.run.",
      });
    }
    const values = this.localValues(value).map((each) => asTensor(each as TensorLike));
    if (axis === null) {
      const all = this.#summed(this.addUp(where, values));
      return reduction === "mean" ? divide(all, this.numReplicasInSync) : all;
    }
    const parts = values.map((each) => {
      if (each.rank === 0) throw new ShapeError(where, { given: `a scalar and axis ${axis}`, expected: "axis: null for scalars" });
      return sum(each, { axis: checkAxis(where, axis, each.rank) });
    });
    const all = this.#summed(this.addUp(where, parts));
    if (reduction === "sum") return all;
    const lengths = values.reduce((total, each) => total + (each.shape.at(axis) ?? 0), 0);
    const total = this.#summed(asTensor(lengths, "float32"));
    return divide(isFloat(all.dtype) ? all : cast(all, "float32"), total);
  }

  protected addUp(where: string, values: readonly Tensor[]): Tensor {
    const odd = values.find(({ shape }) => shape.join() !== values[0]!.shape.join());
    if (odd) {
      throw new ShapeError(where, {
        given: `values of shapes [${values[0]!.shape.join(", ")}] and [${odd.shape.join(", ")}]`,
        expected: "one shape in all replicas",
        hint: "With an axis, lengths along it may differ.",
      });
    }
    return values.reduce((all, each) => add(all, each));
  }

  /** Whether a value is no replica's, although there are several of them here. */
  #isOne(value: unknown): boolean {
    return this.group.local > 1 && !isMerging() && !(value instanceof PerReplica) && !(value instanceof Variable);
  }

  #summed(value: Tensor): Tensor {
    return isMerging() ? allReduce(value, "sum") : this.summed(value);
  }

  /** The sum of a value over the processes. */
  protected summed(value: Tensor): Tensor {
    return value;
  }

  /** Values of all replicas one after another along an axis; of a structure each value. */
  gather(value: unknown, given: number | { readonly axis: number } = 0): Tensor {
    this.#checkOutside("strategy.gather");
    const where = "strategy.gather";
    const axis = axisOf(where, given);
    if (axis === null) throw new ArgumentError(`${where}.axis`, { given: "null", expected: "a whole number" });
    return ofEach(value, (each) => this.#gathered(where, each, axis)) as Tensor;
  }

  #gathered(where: string, value: unknown, axis: number): Tensor {
    const values = (this.#isOne(value) ? [value] : this.localValues(value)).map((each) => asTensor(each as TensorLike));
    for (const { rank } of values) {
      if (rank === 0) throw new ShapeError(where, { given: "scalars", expected: "tensors with an axis" });
      checkAxis(where, axis, rank);
    }
    const own = values.length === 1 ? values[0]! : concatenate(values, axis);
    return isMerging() ? allGather(own, axis) : this.gathered(own, axis);
  }

  protected gathered(value: Tensor, _axis: number): Tensor {
    return value;
  }

  /** The values of the replicas of this process; of a variable that each has written for itself, its own. What is no replica's is one. */
  experimentalLocalResults(value: unknown): readonly unknown[] {
    return this.#isOne(value) && !isBranch(value) ? [value] : this.localValues(value);
  }

  /** The older name of `experimentalLocalResults`. */
  unwrap(value: unknown): readonly unknown[] {
    return this.experimentalLocalResults(value);
  }

  protected localValues(value: unknown): readonly unknown[] {
    if (value instanceof PerReplica) return value.values;
    if (isMerging()) return [value];
    if (value instanceof Variable && value.state.others.length > 0) return statesOf(value.state).map((state) => read(state));
    if (value instanceof Variable && value.group.count > 1 && value.splitAxis === null && value.synchronization === "on_read")
      return [read(value.state)]; // of one process: what it has itself
    if (isStructure(value)) return Array.from({ length: this.group.local }, (_, replica) => partOf(value, replica));
    return Array.from({ length: this.group.local }, () => value);
  }

  #checkOutside(where: string): void {
    if (isMerging() || !isInReplica()) return;
    throw new StateError(where, {
      given: "a call inside of strategy.run",
      expected: "a call outside",
      hint: "Inside, use tf.distribute.getReplicaContext().allReduce.",
    });
  }

  /** A dataset of global batches as one that gives each replica its part of every batch. */
  experimentalDistributeDataset<T>(dataset: Dataset<T>, options: DistributeOptions = {}): DistributedDataset<T> {
    if (!(dataset instanceof Dataset))
      throw new ArgumentError("strategy.experimentalDistributeDataset", { given: text(dataset), expected: "a Dataset" });
    return new DistributedDataset<T>(dataset, this.group, sharingOf("strategy.experimentalDistributeDataset", dataset, options));
  }

  /**
   * A dataset whose batches are each replica's own: `fn` gets an InputContext and makes it, batched for one replica. It is called once in
   * each process; with `experimentalReplicationMode: "PER_REPLICA"` once for each replica.
   */
  distributeDatasetsFromFunction<T>(
    fn: (context: InputContext) => Dataset<T>,
    options: DistributeOptions | null = null,
  ): DistributedDataset<T> {
    const where = "strategy.distributeDatasetsFromFunction";
    checkFunction(where, fn);
    const { count, local, id } = this.group;
    const each = options !== null && checkInputOptions(where, options).experimentalReplicationMode === "PER_REPLICA" ? 1 : local;
    const datasets = Array.from({ length: local / each }, (_, i) => fn(new InputContext(count / each, id / each + i, count)));
    const odd = datasets.find((dataset) => !(dataset instanceof Dataset));
    if (odd !== undefined || datasets.includes(undefined as never))
      throw new ArgumentError(where, { given: text(odd), expected: "a Dataset from the function" });
    return new DistributedDataset<T>(datasets[0]!, this.group, "own", datasets.slice(1));
  }

  /** The older name of `distributeDatasetsFromFunction`. */
  experimentalDistributeDatasetsFromFunction<T>(
    fn: (context: InputContext) => Dataset<T>,
    options: DistributeOptions | null = null,
  ): DistributedDataset<T> {
    return this.distributeDatasetsFromFunction(fn, options);
  }

  /** A value for each replica, as `fn` makes it. */
  experimentalDistributeValuesFromFunction<T>(fn: (context: ValueContext) => T): unknown {
    checkFunction("strategy.experimentalDistributeValuesFromFunction", fn);
    const { local, id, count } = this.group;
    const values = Array.from({ length: local }, (_, i) => fn(new ValueContext(id + i, count)));
    return local === 1 ? values[0] : new PerReplica(values);
  }
}

/** The result of replicas by replica, as `run` gives it. */
export const resultOf = (results: readonly unknown[]): unknown => (results.length === 1 ? results[0] : joined(results));

/** What each replica gets of the arguments. */
export const argumentsFor =
  (args: readonly unknown[]) =>
  (id: number): readonly unknown[] =>
    args.map((arg) => partOf(arg, id));

/** What a replica knows inside of `run`. TensorFlow: tf.distribute.ReplicaContext */
export class ReplicaContext {
  constructor(readonly strategy: Strategy) {}

  /** The number of this replica: a constant of its trace. */
  get replicaIdInSyncGroup(): number {
    return replica().id;
  }

  get numReplicasInSync(): number {
    return replica().group.count;
  }

  /** The sum or mean over all replicas of a value, or of each tensor of a structure, as one message. */
  allReduce<T>(op: ReduceOp, value: T): T {
    const reduction = reductionOf("ReplicaContext.allReduce", op);
    const flat: Tensor[] = [];
    const take = (leaf: unknown): unknown => {
      if (Array.isArray(leaf) && !leaf.every((each) => typeof each === "number")) return leaf.map(take);
      if (isBranch(leaf) && !Array.isArray(leaf)) return Object.fromEntries(Object.entries(leaf).map(([key, each]) => [key, take(each)]));
      return new Place(flat.push(leaf instanceof Chainable ? leaf.value() : asTensor(leaf as TensorLike)) - 1);
    };
    const structure = take(value);
    const reduced = allReduce(flat, reduction);
    const put = (node: unknown): unknown =>
      node instanceof Place
        ? reduced[node.at]
        : Array.isArray(node)
          ? node.map(put)
          : Object.fromEntries(Object.entries(node as object).map(([key, each]) => [key, put(each)]));
    return put(structure) as T;
  }

  /** The values of all replicas one after another along an axis; of a structure each value. */
  allGather<T = TensorLike>(value: T, given: number | { readonly axis: number } = 0): T extends TensorLike ? Tensor : T {
    const where = "ReplicaContext.allGather";
    const axis = axisOf(where, given);
    if (axis === null) throw new ArgumentError(`${where}.axis`, { given: "null", expected: "a whole number" });
    return ofEach(value, (each) => allGather(each as TensorLike, axis)) as never;
  }

  /** The device of this replica. */
  get devices(): readonly string[] {
    const { id, group } = replica();
    return [devicesOf(this.strategy)[id % group.local]!];
  }

  /**
   * Calls `fn(strategy, …args)` outside of replicas: the strategy's `reduce`, `gather` and `extended` meet there. What it does with one
   * replica's values it does in each.
   */
  mergeCall<R>(fn: (strategy: Strategy, ...args: never[]) => R, args: readonly unknown[] = [], kwargs: Keywords = null): R {
    checkFunction("ReplicaContext.mergeCall", fn);
    return whileMerging(true, () => fn(this.strategy, ...(withKeywords("ReplicaContext.mergeCall", args, kwargs) as never[])));
  }
}

class Place {
  constructor(readonly at: number) {}
}

/** One replica with all threads: what runs where no strategy was made. */
export class DefaultStrategy extends Strategy {
  readonly group: Group = replica().group;

  protected runInReplicas<A extends readonly unknown[], R>(fn: StepFunction<A, R>, args: A): R {
    return fn(...args);
  }
}

let defaultStrategy: Strategy | undefined;

/**
 * The strategy of the scope; outside of all, one of one replica. TensorFlow: tf.distribute.get_strategy
 *
 * ```ts
 * tf.distribute.getStrategy().numReplicasInSync; // 1
 * ```
 */
export const getStrategy = (): Strategy => runningStrategy() ?? currentStrategy() ?? (defaultStrategy ??= new DefaultStrategy());

/**
 * What this replica knows; null in a scope outside of `run`. TensorFlow: tf.distribute.get_replica_context
 *
 * ```ts
 * tf.distribute.getReplicaContext()!.numReplicasInSync; // 1
 * ```
 */
export function getReplicaContext(): ReplicaContext | null {
  return inCrossReplicaContext() ? null : new ReplicaContext(getStrategy());
}
