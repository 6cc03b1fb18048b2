// Strategies with one replica, and those that name what is to be taken instead.

import { checkOptions } from "../core/options.js";
import { ArgumentError, StateError, text } from "../core/errors.js";
import { deviceIndex } from "./devices.js";
import { MirroredStrategy } from "./mirrored.js";

/**
 * One replica on one device: for scripts that choose a strategy. TensorFlow: tf.distribute.OneDeviceStrategy
 *
 * ```ts
 * new tf.distribute.OneDeviceStrategy("cpu:0").numReplicasInSync; // 1
 * ```
 */
export class OneDeviceStrategy extends MirroredStrategy {
  /**
   * @param given  the device, or `{ device }`
   * @throws ArgumentError for a device that is not there
   */
  constructor(given: string | { readonly device?: string } = {}) {
    if (typeof given !== "string") checkOptions("OneDeviceStrategy", [given], 0, ["device"]);
    const { device = "cpu:0" } = typeof given === "string" ? { device: given } : given;
    if (typeof device !== "string") throw new ArgumentError("OneDeviceStrategy.device", { given: text(device), expected: '"cpu:0"' });
    super({ devices: [`cpu:${deviceIndex("OneDeviceStrategy", device)}`] });
  }
}

/**
 * In TensorFlow variables lie in the processor's memory and replicas on other devices. Here variables exist once in any case, so it is
 * MirroredStrategy. TensorFlow: tf.distribute.experimental.CentralStorageStrategy
 */
export class CentralStorageStrategy extends MirroredStrategy {
  constructor(options: { computeDevices?: readonly string[] | null; parameterDevice?: string | null } = {}) {
    checkOptions("CentralStorageStrategy", [options], 0, ["computeDevices", "parameterDevice"]);
    const { computeDevices = null, parameterDevice = null } = options;
    if (parameterDevice !== null) deviceIndex("CentralStorageStrategy", parameterDevice);
    super({ devices: computeDevices });
  }
}

function refuseTPUs(where: string): never {
  throw new StateError(where, {
    given: "a request for TPUs",
    expected: "a strategy for processors",
    hint: "Use MirroredStrategy on one machine, MultiWorkerMirroredStrategy across machines.",
  });
}

/** There are no TPUs here. @throws StateError that says what to take */
export class TPUStrategy {
  constructor(_resolver?: unknown) {
    refuseTPUs("TPUStrategy");
  }
}

/** There are no TPUs here. @throws StateError that says what to take */
export class TPUClusterResolver {
  constructor(_tpu?: unknown) {
    refuseTPUs("TPUClusterResolver");
  }
}

/** In TensorFlow a task that runs what it is sent. Here the same script runs in all tasks. @throws StateError that says so */
export class Server {
  constructor() {
    throw new StateError("Server", {
      given: "a task that only serves",
      expected: "the same script in all tasks: ParameterServerStrategy, ClusterCoordinator, and await coordinator.join()",
      hint: "Functions are no part of messages: a worker has them from the script. In join() workers and ps tasks serve.",
    });
  }
}

/** There is no client of Google's cloud here. @throws StateError that says what to take */
export class GCEClusterResolver {
  constructor(_options?: unknown) {
    throw new StateError("GCEClusterResolver", {
      given: "a request for the instances of a group of Google Compute Engine",
      expected: "their addresses",
      hint: "Set TF_CONFIG on each of them, or list them for SimpleClusterResolver.",
    });
  }
}

function refuseCalls(where: string): never {
  throw new StateError(where, {
    given: "functions that a server offers by name",
    expected: "the same script in all tasks, which has them",
    hint: "ClusterCoordinator.schedule runs a function on a worker and brings back its value.",
  });
}

/** Functions are no part of messages. @throws StateError that says what to take */
export class RpcServer {
  static create(_rpcLayer?: string, _address?: string): never {
    refuseCalls("rpc.Server");
  }
}

/** Functions are no part of messages. @throws StateError that says what to take */
export class RpcClient {
  static create(_rpcLayer?: string, _address?: string, _name?: string, _timeoutInMs?: number): never {
    refuseCalls("rpc.Client");
  }
}
