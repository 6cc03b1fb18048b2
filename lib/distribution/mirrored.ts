// MirroredStrategy: replicas in one process, traced each by itself and woven into one program.

import { ArgumentError, text } from "../core/errors.js";
import { asReplica, isInReplica, replica, type Group } from "../core/replicas.js";
import { deviceIndex, logicalDevices } from "./devices.js";
import { LockstepGroup } from "./lockstep.js";
import { whileRunning } from "./scopes.js";
import { argumentsFor, CrossDeviceOps, resultOf, Strategy } from "./strategy.js";

/** The devices of the replicas, and how their values are put together. */
export interface MirroredOptions {
  /**
   * A replica for each: `["cpu:0", "cpu:1"]`. Default: one replica with all threads, which is the fastest; where
   * tf.config.setLogicalDeviceConfiguration has made several devices, one for each.
   */
  readonly devices?: readonly string[] | null;
  /** Taken for likeness: sums are computed one way here. */
  readonly crossDeviceOps?: CrossDeviceOps | null;
}

/**
 * Replicas on one machine. By default there is one with all threads, as fast as without a strategy. With `devices` there is one for each,
 * in lockstep: each is traced by itself, and together they are one program. So what holds for many replicas can be tried out anywhere, in a
 * page too. TensorFlow: tf.distribute.MirroredStrategy
 *
 * ```ts
 * const strategy = new tf.distribute.MirroredStrategy({ devices: ["cpu:0", "cpu:1"] });
 * const model = strategy.scope(() => new keras.Sequential([new keras.Input({ shape: [1] }), new keras.layers.Dense(1)]));
 * ```
 *
 * With several replicas `run` traces its function at every call outside of a tf.function, since its replicas have to meet: values of
 * tensors can't be read inside (`x.item()`).
 */
export class MirroredStrategy extends Strategy {
  readonly group: Group;
  readonly devices: readonly string[];

  /** @param given  options, or devices alone: `new MirroredStrategy(["cpu:0", "cpu:1"])` */
  constructor(given: MirroredOptions | readonly string[] = {}) {
    super();
    const where = new.target.name;
    const isDevices = Array.isArray(given) || typeof given !== "object";
    const options = isDevices ? { devices: given as readonly string[] } : ((given ?? {}) as MirroredOptions);
    for (const key of Object.keys(options))
      if (key !== "devices" && key !== "crossDeviceOps")
        throw new ArgumentError(where, { given: `the option ${key}`, expected: "devices, crossDeviceOps" });
    const { devices = null, crossDeviceOps = null } = options;
    if (crossDeviceOps !== null && !(crossDeviceOps instanceof CrossDeviceOps))
      throw new ArgumentError(`${where}.crossDeviceOps`, {
        given: text(crossDeviceOps),
        expected: "one of tf.distribute's CrossDeviceOps",
      });
    this.devices = devices === null ? logicalDevices() : checkedDevices(where, devices);
    this.group = this.devices.length === 1 ? replicaOfOne : new LockstepGroup(this.devices.length);
  }

  protected runInReplicas<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): R {
    const { group } = this;
    if (group instanceof LockstepGroup && !isInReplica()) {
      const name = fn.name || "replica_fn";
      return whileRunning(this, () => resultOf(group.run(name, fn as never, argumentsFor(args)))) as R;
    }
    return whileRunning(this, () => asReplica({ id: isInReplica() ? replica().id : 0, group }, () => fn(...args)));
  }
}

const replicaOfOne: Group = replica().group;

function checkedDevices(where: string, devices: readonly string[]): readonly string[] {
  if (!Array.isArray(devices) || devices.length === 0)
    throw new ArgumentError(`${where}.devices`, { given: text(devices), expected: 'a list of devices, as ["cpu:0", "cpu:1"]' });
  const indices = devices.map((device) => deviceIndex(where, device));
  const twice = indices.find((index, i) => indices.indexOf(index) !== i);
  if (twice !== undefined) throw new ArgumentError(`${where}.devices`, { given: `cpu:${twice} twice`, expected: "each device once" });
  return indices.map((index) => `cpu:${index}`);
}
