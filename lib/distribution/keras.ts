// keras.distribution: how a model is spread over devices, the way Keras 3 says it.

import { platform } from "#platform";
import { asTensor, type TensorLike } from "../core/convert.js";
import { ArgumentError, StateError, text, ValueError } from "../core/errors.js";
import { gathered, type OneByOne, placed } from "../core/one-by-one.js";
import { checkFunction, checkOptions } from "../core/options.js";
import { type Group, type Split } from "../core/replicas.js";
import { shapeText } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { Variable } from "../variables/variable.js";
import { Dataset } from "../data/dataset.js";
import { SimpleClusterResolver } from "./cluster.js";
import type { DistributedDataset } from "./dataset.js";
import { deviceIndex, listDevices } from "./devices.js";
import { MirroredStrategy } from "./mirrored.js";
import { MultiWorkerMirroredStrategy, processGroup } from "./multi-worker.js";
import { initialize as joinProcesses, joinedProcesses } from "./processes.js";
import { enterStrategy } from "./scopes.js";
import type { Strategy } from "./strategy.js";

export { listDevices };

/**
 * How many devices there are of a type: 0 of others than "cpu". Keras: keras.distribution.get_device_count
 *
 * ```ts
 * keras.distribution.getDeviceCount("gpu"); // 0
 * ```
 */
export const getDeviceCount = (...options: OneByOne<{ readonly deviceType?: string | null }>): number => listDevices(...options).length;

/**
 * Devices in a grid with named axes. Keras: keras.distribution.DeviceMesh
 *
 * ```ts
 * new keras.distribution.DeviceMesh([2], ["batch"], { devices: ["cpu:0", "cpu:1"] }).axisNames; // ["batch"]
 * ```
 */
export class DeviceMesh {
  readonly shape: readonly number[];
  readonly axisNames: readonly string[];
  readonly devices: readonly string[];

  /** @throws ArgumentError where shape, names and devices don't fit */
  constructor(
    shape: readonly number[],
    axisNames: readonly string[],
    devices?: readonly string[] | { readonly devices?: readonly string[] | null } | null,
  );
  constructor(options: {
    readonly shape: readonly number[];
    readonly axisNames: readonly string[];
    readonly devices?: readonly string[] | null;
  });
  constructor(...args: readonly unknown[]) {
    const where = "DeviceMesh";
    const [shape, axisNames, ...given] = placed(["shape", "axisNames"], args) as [number[], string[], ...unknown[]];
    const { devices = null } = gathered<{ readonly devices?: readonly string[] | null }>(where, ["devices"], given);
    if (!Array.isArray(shape) || shape.length === 0 || !shape.every((length) => Number.isInteger(length) && length > 0))
      throw new ArgumentError(`${where}.shape`, { given: text(shape), expected: "lengths of at least one axis" });
    if (!Array.isArray(axisNames) || axisNames.length !== shape.length || new Set(axisNames).size !== axisNames.length)
      throw new ArgumentError(`${where}.axisNames`, { given: text(axisNames), expected: `${shape.length} names, each once` });
    const count = shape.reduce((product, length) => product * length, 1);
    const known = devices ?? availableDevices().slice(0, count);
    if (known.length !== count)
      throw new ArgumentError(`${where}.devices`, {
        given: `${known.length} devices for a mesh of shape ${shapeText(shape)}`,
        expected: `${count}`,
      });
    if (!joinedProcesses()?.communicator) known.forEach((device) => deviceIndex(where, device));
    this.shape = shape;
    this.axisNames = axisNames;
    this.devices = [...known];
  }

  /** The length of an axis; 1 for a name that is none. */
  lengthOf(axis: string | null): number {
    const at = axis === null ? -1 : this.axisNames.indexOf(axis);
    return at < 0 ? 1 : this.shape[at]!;
  }
}

/** Devices of this job: processes where they were joined, else logical processors. */
const availableDevices = (): readonly string[] => {
  const communicator = joinedProcesses()?.communicator;
  return communicator ? Array.from({ length: communicator.size }, (_, rank) => `process:${rank}`) : listDevices();
};

/**
 * The axis of a mesh along which each axis of a tensor is split, or null. Keras: keras.distribution.TensorLayout
 *
 * ```ts
 * new keras.distribution.TensorLayout([null, "model"]).axes; // [null, "model"]
 * ```
 */
export class TensorLayout {
  readonly axes: readonly (string | null)[];
  readonly deviceMesh: DeviceMesh | null;

  /** @throws ArgumentError for what is no list of axes, ValueError for axes that the mesh does not have */
  constructor(axes: readonly (string | null)[], deviceMesh?: DeviceMesh | { readonly deviceMesh?: DeviceMesh | null } | null);
  constructor(options: { readonly axes: readonly (string | null)[]; readonly deviceMesh?: DeviceMesh | null });
  constructor(...args: readonly unknown[]) {
    const [axes, ...given] = placed(["axes"], args) as [(string | null)[], ...unknown[]];
    const { deviceMesh = null } = gathered<{ readonly deviceMesh?: DeviceMesh | null }>("TensorLayout", ["deviceMesh"], given);
    this.axes = axes;
    this.deviceMesh = deviceMesh;
    checkMesh("TensorLayout.deviceMesh", deviceMesh);
    if (!Array.isArray(axes) || !axes.every((axis) => axis === null || typeof axis === "string"))
      throw new ArgumentError("TensorLayout.axes", { given: text(axes), expected: "names of mesh axes, or null" });
    if (deviceMesh) checkAxes("TensorLayout.axes", axes, deviceMesh);
  }
}

function checkMesh(where: string, mesh: unknown): void {
  if (mesh !== null && !(mesh instanceof DeviceMesh))
    throw new ArgumentError(where, { given: text(mesh), expected: "a DeviceMesh, or null" });
}

function checkAxes(where: string, axes: readonly (string | null)[], mesh: DeviceMesh): void {
  const named = axes.filter((axis) => axis !== null);
  const unknown = named.find((axis) => !mesh.axisNames.includes(axis));
  if (unknown !== undefined)
    throw new ValueError(where, { given: text(unknown), expected: `an axis of the mesh: ${mesh.axisNames.join(", ")}` });
  if (new Set(named).size !== named.length) throw new ValueError(where, { given: text(axes), expected: "each axis of the mesh once" });
}

/**
 * Layouts by regular expressions of paths: `layouts.set("dense.*kernel", [null, "model"])`. A path takes the layout of its own name, else
 * that of the expression that it matches. Keras: keras.distribution.LayoutMap
 *
 * ```ts
 * const mesh = new keras.distribution.DeviceMesh([1, 1], ["batch", "model"], { devices: ["cpu:0"] });
 * const layouts = new keras.distribution.LayoutMap(mesh);
 * layouts.set("dense.*kernel", [null, "model"]);
 * layouts.get("dense_1/kernel")!.axes; // [null, "model"]
 * ```
 */
export class LayoutMap {
  readonly #layouts = new Map<string, { readonly pattern: RegExp; readonly layout: TensorLayout }>();

  /** @param deviceMesh  the mesh of layouts that have none of their own */
  constructor(readonly deviceMesh: DeviceMesh | null) {
    checkMesh("LayoutMap", deviceMesh);
  }

  /** @throws ValueError for a path that has a layout; ArgumentError for what is no regular expression, or no layout */
  set(path: string, layout: TensorLayout | readonly (string | null)[]): this {
    const where = "LayoutMap.set";
    if (this.#layouts.has(path)) throw new ValueError("LayoutMap", { given: `${text(path)} a second time`, expected: "each path once" });
    if (!(layout instanceof TensorLayout) && !Array.isArray(layout))
      throw new ArgumentError(`${where}.layout`, { given: text(layout), expected: "a TensorLayout, or a list of axes" });
    const own = layout instanceof TensorLayout ? layout : new TensorLayout(layout as readonly (string | null)[]);
    const placed = own.deviceMesh || !this.deviceMesh ? own : new TensorLayout(own.axes, this.deviceMesh);
    this.#layouts.set(path, { pattern: expressionOf(where, path), layout: placed });
    return this;
  }

  /** The layout of a path; undefined where there is none. @throws ValueError where several expressions match */
  get(path: string): TensorLayout | undefined {
    if (typeof path !== "string") throw new ArgumentError("LayoutMap.get", { given: text(path), expected: "a path" });
    const own = this.#layouts.get(path);
    if (own) return own.layout;
    const matching = [...this.#layouts].filter(([, { pattern }]) => pattern.test(path));
    if (matching.length <= 1) return matching[0]?.[1].layout;
    throw new ValueError("LayoutMap", {
      given: `${path}, which matches ${matching.map(([pattern]) => text(pattern)).join(" and ")}`,
      expected: "one of them",
    });
  }

  /** Whether a path has a layout by its own name. */
  has(path: string): boolean {
    return this.#layouts.has(path);
  }

  delete(path: string): boolean {
    return this.#layouts.delete(path);
  }

  keys(): string[] {
    return [...this.#layouts.keys()];
  }

  values(): TensorLayout[] {
    return [...this.#layouts.values()].map(({ layout }) => layout);
  }

  get size(): number {
    return this.#layouts.size;
  }

  *[Symbol.iterator](): Generator<[string, TensorLayout]> {
    for (const [path, { layout }] of this.#layouts) yield [path, layout];
  }
}

/** @throws ArgumentError for what is no regular expression */
function expressionOf(where: string, path: unknown): RegExp {
  if (typeof path !== "string") throw new ArgumentError(`${where}.path`, { given: text(path), expected: "a regular expression of paths" });
  try {
    return new RegExp(path);
  } catch (cause) {
    throw new ArgumentError(`${where}.path`, {
      given: text(path),
      expected: "a regular expression of paths",
      hint: (cause as Error).message,
      cause,
    });
  }
}

/**
 * How a model is spread. Keras: keras.distribution.Distribution
 *
 * ```ts
 * new keras.distribution.DataParallel({ devices: ["cpu:0"] }) instanceof keras.distribution.Distribution; // true
 * ```
 */
export abstract class Distribution {
  abstract readonly strategy: Strategy;

  constructor(
    readonly deviceMesh: DeviceMesh,
    /** The axis of the mesh along which batches are divided. */
    readonly batchDimName: string | null,
  ) {}

  /** Processes that take part: 1 where none were joined. */
  get numProcesses(): number {
    return joinedProcesses()?.communicator?.size ?? 1;
  }

  /** Copies of the model: the length of the batch axis. */
  get numModelReplicas(): number {
    return this.deviceMesh.lengthOf(this.batchDimName);
  }

  /** Into how many parts a dataset is cut: one for each process, where batches are divided. */
  get numDataShards(): number {
    return Math.min(this.numProcesses, this.numModelReplicas);
  }

  /** Which part this process has. */
  get dataShardId(): number {
    return (joinedProcesses()?.communicator?.rank ?? 0) % this.numDataShards;
  }

  /** The layout of a tensor inside of the model, by its path; null where it is as it comes. */
  getTensorLayout(_path: string): TensorLayout | null {
    return null;
  }

  /** Runs a function whose models are spread in this way: meanwhile `distribution()` gives this one. */
  scope<R>(fn: () => R): R {
    checkFunction("Distribution.scope", fn);
    const before = current;
    setDistribution(this);
    let result: R;
    try {
      result = fn();
    } catch (error) {
      setDistribution(before);
      throw error;
    }
    if (result instanceof Promise) return result.finally(() => setDistribution(before)) as R;
    setDistribution(before);
    return result;
  }

  /** The layout of a variable: by default each replica has all of it. */
  getVariableLayout({
    shape,
  }: {
    readonly path?: string;
    readonly name: string;
    readonly shape: readonly (number | null)[];
  }): TensorLayout {
    return new TensorLayout(
      shape.map(() => null),
      this.deviceMesh,
    );
  }

  /** A dataset of global batches as this process reads it: as it is where processes were not joined. Keras: distribute_dataset */
  distributeDataset<T>(dataset: Dataset<T>): Dataset<T> | DistributedDataset<T> {
    if (!(dataset instanceof Dataset)) throw new ArgumentError("distributeDataset", { given: text(dataset), expected: "a Dataset" });
    return this.numProcesses === 1 ? dataset : this.strategy.experimentalDistributeDataset(dataset);
  }

  /** The layout of data: batches are divided along the first axis. */
  getDataLayout(shape: readonly number[]): TensorLayout {
    if (shape.length === 0) throw new ValueError("getDataLayout", { given: "the shape []", expected: "an axis of samples" });
    return new TensorLayout([this.batchDimName, ...shape.slice(1).map(() => null)], this.deviceMesh);
  }
}

interface DataParallelOptions {
  readonly deviceMesh?: DeviceMesh | null;
  /** Replicas on these devices. Default: one with all threads; a process each where processes were joined. */
  readonly devices?: readonly string[] | null;
  readonly autoShardDataset?: boolean;
}

/**
 * Every replica has the whole model and a part of each batch. Keras: keras.distribution.DataParallel
 *
 * ```ts
 * new keras.distribution.DataParallel({ devices: ["cpu:0"] }).deviceMesh.shape; // [1]
 * ```
 */
export class DataParallel extends Distribution {
  readonly strategy: Strategy;

  /** Whether datasets are divided over processes by themselves. */
  readonly autoShardDataset: boolean;

  /** @param given  options, or a mesh alone */
  constructor(given: DataParallelOptions | DeviceMesh = {}) {
    const options = given instanceof DeviceMesh ? { deviceMesh: given } : given;
    checkOptions("DataParallel", [options], 0, ["deviceMesh", "devices", "autoShardDataset"]);
    const { deviceMesh = null, devices = null, autoShardDataset = true } = options as DataParallelOptions;
    if (deviceMesh !== null && !(deviceMesh instanceof DeviceMesh))
      throw new ArgumentError("DataParallel.deviceMesh", { given: text(deviceMesh), expected: "a DeviceMesh" });
    const isJoined = joinedProcesses()?.communicator !== undefined && joinedProcesses()?.communicator !== null;
    const known = deviceMesh?.devices ?? devices ?? (isJoined ? availableDevices() : ["cpu:0"]);
    super(deviceMesh ?? new DeviceMesh([known.length], ["batch"], { devices: known }), deviceMesh?.axisNames[0] ?? "batch");
    this.autoShardDataset = autoShardDataset;
    this.strategy = isJoined ? new MultiWorkerMirroredStrategy() : new MirroredStrategy({ devices: known });
  }
}

/**
 * Variables are split over processes as the layouts say: each keeps its part, with the optimizer's variables for it, and computes its part
 * of the batch. Products with large variables are computed in parts, for the samples of all; elsewhere the parts are gathered where a layer
 * needs the variable, and its gradient is summed and divided again. On one process variables exist once, so it is DataParallel.
 * Keras: keras.distribution.ModelParallel
 *
 * ```ts
 * const mesh = new keras.distribution.DeviceMesh([1, 2], ["batch", "model"]);
 * const layouts = new keras.distribution.LayoutMap(mesh).set("dense.*kernel", [null, "model"]);
 * keras.distribution.setDistribution(new keras.distribution.ModelParallel({ layoutMap: layouts, batchDimName: "batch" }));
 * ```
 */
export class ModelParallel extends Distribution {
  readonly strategy: Strategy;
  readonly layoutMap: LayoutMap;
  /** Whether datasets are divided over processes by themselves. */
  readonly autoShardDataset: boolean;

  constructor(options: { readonly layoutMap: LayoutMap; readonly batchDimName?: string | null; readonly autoShardDataset?: boolean }) {
    checkOptions("ModelParallel", [options], 0, ["layoutMap", "batchDimName", "autoShardDataset"]);
    const { layoutMap, batchDimName = null, autoShardDataset = true } = options;
    if (!(layoutMap instanceof LayoutMap))
      throw new ArgumentError("ModelParallel.layoutMap", { given: text(layoutMap), expected: "a LayoutMap" });
    const { deviceMesh } = layoutMap;
    if (!deviceMesh)
      throw new ValueError("ModelParallel.layoutMap", { given: "layouts without a mesh", expected: "new LayoutMap(deviceMesh)" });
    const batch = batchDimName ?? deviceMesh.axisNames[0]!;
    if (!deviceMesh.axisNames.includes(batch))
      throw new ValueError("ModelParallel.batchDimName", {
        given: text(batch),
        expected: `an axis of the mesh: ${deviceMesh.axisNames.join(", ")}`,
      });
    super(deviceMesh, batch);
    this.layoutMap = layoutMap;
    this.autoShardDataset = autoShardDataset;
    if (!joinedProcesses()?.communicator) {
      this.strategy = new MirroredStrategy({ devices: deviceMesh.devices });
      return;
    }
    const group = processGroup("ModelParallel", null);
    if (deviceMesh.devices.length !== group.count)
      throw new ValueError("ModelParallel", {
        given: `a mesh of ${deviceMesh.devices.length} devices for ${group.count} processes`,
        expected: "one for each",
      });
    this.strategy = joinedProcesses()!.splitOver!(group, (path, shape) => this.#split(path, shape, group));
  }

  /** Which part of a variable a process keeps: one of as many as there are processes, or else as the axis of the mesh is long. */
  #split(path: string, shape: readonly number[], { count, id }: Group): Split | null {
    const layout = this.layoutMap.get(path);
    if (!layout) return null;
    if (layout.axes.length !== shape.length)
      throw new ValueError("ModelParallel", {
        given: `the layout ${text(layout.axes)} for ${path} of shape ${shapeText(shape)}`,
        expected: "an entry for each axis",
      });
    const { axisNames, shape: grid } = this.deviceMesh;
    const axis = layout.axes.findIndex((name) => name !== null && name !== this.batchDimName && this.deviceMesh.lengthOf(name) > 1);
    if (axis < 0) return null;
    if (shape[axis]! % count === 0) return { axis, parts: count, index: id, keepers: null };
    const along = axisNames.indexOf(layout.axes[axis]!);
    const parts = grid[along]!;
    if (shape[axis]! % parts !== 0)
      throw new ValueError("ModelParallel", {
        given: `axis ${axis} of ${path}, of length ${shape[axis]}`,
        expected: `a multiple of ${parts}, the length of the mesh's axis ${axisNames[along]}`,
      });
    const stride = grid.slice(along + 1).reduce((product, length) => product * length, 1);
    return { axis, parts, index: Math.floor(id / stride) % parts, keepers: Array.from({ length: parts }, (_, i) => i * stride) };
  }

  override getTensorLayout(path: string): TensorLayout | null {
    return this.layoutMap.get(path) ?? null;
  }

  override getVariableLayout(variable: {
    readonly path?: string;
    readonly name: string;
    readonly shape: readonly (number | null)[];
  }): TensorLayout {
    return this.layoutMap.get(variable.path ?? variable.name) ?? super.getVariableLayout(variable);
  }
}

let current: Distribution | null = null;
let leave: (() => void) | null = null;

/**
 * How models are spread that are made from here on; null: not at all. Keras: keras.distribution.set_distribution
 *
 * ```ts
 * keras.distribution.setDistribution(new keras.distribution.DataParallel({ devices: ["cpu:0"] }));
 * keras.distribution.distribution() instanceof keras.distribution.DataParallel; // true
 * keras.distribution.setDistribution(null);
 * ```
 */
export function setDistribution(value: Distribution | null): void {
  if (value !== null && !(value instanceof Distribution))
    throw new ArgumentError("setDistribution", { given: text(value), expected: "a Distribution, or null" });
  leave?.();
  current = leave = null;
  leave = value && enterStrategy(value.strategy);
  current = value;
}

/**
 * What was set. Keras: keras.distribution.distribution
 *
 * ```ts
 * keras.distribution.distribution(); // null
 * ```
 */
export const distribution = (): Distribution | null => current;

/**
 * A tensor by a layout, which is checked: tensors are whole in each process, variables alone are split.
 * Keras: keras.distribution.distribute_tensor
 *
 * ```ts
 * const mesh = new keras.distribution.DeviceMesh([1], ["batch"], { devices: ["cpu:0"] });
 * keras.distribution.distributeTensor([1, 2], new keras.distribution.TensorLayout([null], mesh)); // [1, 2]
 * ```
 *
 * @throws ValueError where the layout does not fit
 */
export function distributeTensor(tensor: TensorLike, layout: TensorLayout): Tensor {
  const whole = tensor instanceof Variable ? tensor.value() : asTensor(tensor);
  if (!(layout instanceof TensorLayout)) throw new ArgumentError("distributeTensor", { given: text(layout), expected: "a TensorLayout" });
  if (layout.axes.length !== whole.rank)
    throw new ValueError("distributeTensor", {
      given: `the layout ${text(layout.axes)} for a tensor of shape ${shapeText(whole.shape)}`,
      expected: "an entry for each axis",
    });
  if (!layout.deviceMesh)
    throw new StateError("distributeTensor", { given: "a layout without a mesh", expected: "new TensorLayout(axes, deviceMesh)" });
  return whole;
}

/** What `keras.distribution.initialize` takes: the job, where the environment does not say it. */
export interface InitializeOptions {
  readonly jobAddresses?: string | null;
  readonly numProcesses?: number | null;
  readonly processId?: number | null;
}

/**
 * Joins the processes of this job. Without arguments it reads KERAS_DISTRIBUTION_JOB_ADDRESSES, KERAS_DISTRIBUTION_NUM_PROCESSES and
 * KERAS_DISTRIBUTION_PROCESS_ID, else TF_CONFIG, or what mpirun, mpiexec or srun say. Keras: keras.distribution.initialize
 *
 * @param options  `jobAddresses`: addresses `host:port` of all processes, with commas between, or of the first one; `numProcesses`;
 *   `processId`. In an object, or one by one
 */
export async function initialize(...options: OneByOne<InitializeOptions>): Promise<void> {
  const where = "keras.distribution.initialize";
  const names = ["jobAddresses", "numProcesses", "processId"];
  const { jobAddresses = null, numProcesses = null, processId = null } = gathered<InitializeOptions>(where, names, options);
  if (jobAddresses !== null && typeof jobAddresses !== "string")
    throw new ArgumentError(`${where}.jobAddresses`, {
      given: text(jobAddresses),
      expected: 'addresses such as "10.0.0.1:1234,10.0.0.2:2345"',
    });
  const addresses = jobAddresses ?? platform.setting("KERAS_DISTRIBUTION_JOB_ADDRESSES");
  const count = numProcesses ?? numberOf("KERAS_DISTRIBUTION_NUM_PROCESSES");
  const id = processId ?? numberOf("KERAS_DISTRIBUTION_PROCESS_ID");
  if (addresses === undefined || addresses === null || addresses === "") return joinProcesses();
  const list = addresses.split(",").map((address) => address.trim());
  if (id === undefined)
    throw new ArgumentError("keras.distribution.initialize", {
      given: "addresses without processId",
      expected: "the number of this process",
    });
  // Only the first one listens: the others need an address to have a name.
  const total = count ?? list.length;
  const [host, port] = list[0]!.split(":");
  const worker = Array.from({ length: total }, (_, i) => list[i] ?? `${host}:${Number(port) + i}`);
  return joinProcesses({ clusterResolver: new SimpleClusterResolver({ worker }, { taskType: "worker", taskId: id }) });
}

function numberOf(name: string): number | undefined {
  const given = platform.setting(name);
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given)) return Number(given);
  throw new ArgumentError(name, { given: text(given), expected: "a whole number" });
}
