// Public names whose doc comment shows no example, and why. A name here that has one is a failure, so the list only shrinks.

const perhaps = (names: string): string[] => names.split(/\s+/).filter(Boolean);

/** Reasons, and the names that each is about: a name, or a group by its path and a dot. */
export const withoutExample: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "makes no sense here: calling it is an error that says what to use instead",
    perhaps(`keras.callbacks.OrbaxCheckpoint keras.config.setBackend keras.export.ExportArchive keras.layers.FlaxLayer keras.layers.JaxLayer
      keras.layers.TFSMLayer keras.layers.TorchModuleWrapper keras.legacy.saving.deserializeKerasObject
      keras.legacy.saving.serializeKerasObject keras.optimizers.legacy.Adagrad keras.wrappers.SKLearnClassifier
      keras.wrappers.SKLearnRegressor keras.wrappers.SKLearnTransformer`),
  ],
  [
    "fetches a file of the net, which no test may",
    perhaps(`keras.datasets.bostonHousing keras.datasets.californiaHousing keras.datasets.cifar10 keras.datasets.cifar100
      keras.datasets.fashionMnist keras.datasets.imdb keras.datasets.mnist keras.utils.getFile`),
  ],
  ["needs a folder of files of others", perhaps("keras.preprocessing.textDatasetFromDirectory keras.utils.audioDatasetFromDirectory")],
  ["needs other processes", perhaps("keras.distribution.initialize")],
]);
