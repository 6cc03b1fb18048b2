// tf.distribute: strategies, what replicas know, and clusters.

export {
  AutoShardPolicy, DistributedDataset, InputContext, InputOptions, InputReplicationMode, type DistributeOptions,
} from "../../distribution/dataset.js"; // prettier-ignore
export { experimentalSetStrategy } from "../../distribution/global-strategy.js";
export { hasStrategy, inCrossReplicaContext } from "../../distribution/scopes.js";
export { StrategyExtended } from "../../distribution/extended.js";
export { DistributedIterator } from "../../distribution/iterator.js";
export { MirroredStrategy, type MirroredOptions } from "../../distribution/mirrored.js";
export { MultiWorkerMirroredStrategy, type MultiWorkerOptions } from "../../distribution/multi-worker.js";
export {
  CollectiveCommunication, CommunicationImplementation, CommunicationOptions, initialize, type InitializeOptions,
} from "../../distribution/processes.js"; // prettier-ignore
export * as experimental from "./distribute-experimental.js";
export * as cluster_resolver from "./cluster-resolver.js";
export { OneDeviceStrategy, Server, TPUStrategy } from "../../distribution/one-device.js";
export { ParameterServerStrategy } from "../../distribution/parameter-server.js";
export * as coordinator from "./coordinator.js";
export { PerReplica as DistributedValues } from "../../distribution/per-replica.js";
export {
  CrossDeviceOps,
  getReplicaContext,
  getStrategy,
  HierarchicalCopyAllReduce,
  NcclAllReduce,
  ReduceOp,
  ReductionToOneDevice,
  ReplicaContext,
  RunOptions,
  Strategy,
} from "../../distribution/strategy.js";

/**
 * When a variable's values meet. TensorFlow: tf.VariableSynchronization
 *
 * ```ts
 * tf.VariableSynchronization.ON_READ; // "on_read"
 * ```
 */
export const VariableSynchronization = { AUTO: "auto", NONE: "none", ON_WRITE: "on_write", ON_READ: "on_read" } as const;
/**
 * How a variable's values become one. TensorFlow: tf.VariableAggregation
 *
 * ```ts
 * tf.VariableAggregation.SUM; // "sum"
 * ```
 */
export const VariableAggregation = { NONE: "none", SUM: "sum", MEAN: "mean", ONLY_FIRST_REPLICA: "only_first_replica" } as const;
