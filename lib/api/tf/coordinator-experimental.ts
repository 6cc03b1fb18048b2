// tf.distribute.experimental.coordinator

export { ClusterCoordinator, PerWorkerValue as PerWorkerValues, RemoteValue } from "../../distribution/coordinator.js";
