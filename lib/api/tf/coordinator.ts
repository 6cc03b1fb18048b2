// tf.distribute.coordinator

export { ClusterCoordinator, PerWorkerDataset, PerWorkerIterator, RemoteValue } from "../../distribution/coordinator.js";
