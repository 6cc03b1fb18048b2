// Public names whose doc comment shows no example, and why. A name here that has one is a failure, so the list only shrinks.

const names = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const of = (space: string, text: string): string[] => names(text).map((name) => `${space}.${name}`);

export const withoutExample: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "makes no sense here: calling it is an error that says what to use instead",
    names(`keras.callbacks.OrbaxCheckpoint keras.config.setBackend keras.export.ExportArchive keras.layers.FlaxLayer keras.layers.JaxLayer
      keras.layers.TFSMLayer keras.layers.TorchModuleWrapper keras.legacy.saving.deserializeKerasObject
      keras.legacy.saving.serializeKerasObject keras.optimizers.legacy.Adagrad keras.wrappers.SKLearnClassifier
      keras.wrappers.SKLearnRegressor keras.wrappers.SKLearnTransformer
      tf.compat tf.estimator tf.featureColumn tf.Graph tf.lite tf.queue tf.savedModel tf.io.gfile`),
  ],
  [
    "fetches a file of the net, which no test may",
    names(`keras.datasets.bostonHousing keras.datasets.californiaHousing keras.datasets.cifar10 keras.datasets.cifar100
      keras.datasets.fashionMnist keras.datasets.imdb keras.datasets.mnist keras.utils.getFile`),
  ],
  [
    "needs files of others",
    names(`keras.preprocessing.textDatasetFromDirectory keras.utils.audioDatasetFromDirectory tf.audio.decodeWav tf.io.readAsset
      datasets.labelledImages tfjs.loadGraphModel`),
  ],
  [
    "needs a page, its camera or its microphone",
    names("tf.browser.fromPixelsAsync tf.data.microphone tf.data.webcam visor.TrainingCharts visor.trainingCharts"),
  ],
  [
    "an error that is caught and not made, as the example of its base shows, or a group of such",
    [
      ...names("tf.ClusterError tf.MemoryError tf.data.ElementError formats.UnsupportedFormatError onnx.OnnxError"),
      ...of(
        "tf.errors",
        `AbortedError AlreadyExistsError CancelledError DataLossError DeadlineExceededError InternalError NotFoundError OutOfRangeError
        PermissionDeniedError ResourceExhaustedError UnauthenticatedError UnavailableError UnimplementedError UnknownError`,
      ),
    ],
  ],
  [
    "holds functions that have pages of their own, or is a base that the example of what extends it shows",
    names("tf.data.Dataset tf.data.DatasetIterator tf.io.RaggedPartition tf.lookup.experimental tf.profiler tf.summary.experimental"),
  ],
  [
    "needs other processes, or is made by a strategy: the guide to distribution runs them",
    [
      "keras.distribution.initialize",
      ...of(
        "tf.distribute",
        `CommunicationOptions CrossDeviceOps DistributedDataset DistributedIterator DistributedValues HierarchicalCopyAllReduce InputContext
        NcclAllReduce ParameterServerStrategy ReductionToOneDevice ReplicaContext RunOptions InputOptions StrategyExtended Server TPUStrategy CollectiveCommunication
        CommunicationImplementation initialize cluster_resolver.TFConfigClusterResolver cluster_resolver.TPUClusterResolver
        cluster_resolver.ClusterResolver cluster_resolver.KubernetesClusterResolver cluster_resolver.SlurmClusterResolver
        cluster_resolver.UnionResolver coordinator.ClusterCoordinator coordinator.PerWorkerValue
        coordinator.PerWorkerDataset coordinator.PerWorkerIterator coordinator.RemoteValue experimental.CentralStorageStrategy
        experimental.openCommunicator experimental.partitioners.Partitioner experimental.TerminationConfig cluster_resolver.GCEClusterResolver
        coordinator.experimentalGetCurrentWorkerIndex experimental.CollectiveHints experimental.PreemptionWatcher
        experimental.rpc.Client experimental.rpc.Server`,
      ),
    ],
  ],
]);
