// tf.distribute.experimental

import type { Communicator } from "../../runtime/communicator.js";
import { initialize, type InitializeOptions, joinedProcesses } from "../../distribution/processes.js";

export {
  CommunicationImplementation,
  CollectiveCommunication,
  CollectiveHints,
  CommunicationOptions,
} from "../../distribution/processes.js";
export { CentralStorageStrategy, TPUStrategy } from "../../distribution/one-device.js";
export * as coordinator from "./coordinator-experimental.js";
export * as partitioners from "./partitioners.js";
export { ParameterServerStrategy } from "../../distribution/parameter-server.js";
export * as rpc from "./rpc.js";
export { ValueContext } from "../../distribution/strategy.js";
export { PreemptionCheckpointHandler, PreemptionWatcher, TerminationConfig } from "../../distribution/preemption.js";
export { MultiWorkerMirroredStrategy } from "../../distribution/multi-worker.js";

/** The connection to the other processes of this job; null where this process is alone. */
export async function openCommunicator(options: InitializeOptions = {}): Promise<Communicator | null> {
  await initialize(options);
  return joinedProcesses()?.communicator ?? null;
}
