// tf.distribute.coordinator

export {
  ClusterCoordinator, experimentalGetCurrentWorkerIndex, PerWorkerDataset, PerWorkerIterator, PerWorkerValue, RemoteValue,
} from "../../distribution/coordinator.js"; // prettier-ignore
