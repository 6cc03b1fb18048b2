// tf.distribute.coordinator

export { ClusterCoordinator, PerWorkerDataset, PerWorkerIterator, PerWorkerValue, RemoteValue } from "../../distribution/coordinator.js";
