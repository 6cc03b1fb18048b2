// The names that make no sense here, so that calling one says what to use instead.

import { notHere } from "./absent.js";

export const JaxLayer = notHere("keras.layers.JaxLayer");
export const FlaxLayer = notHere("keras.layers.FlaxLayer");
export const TorchModuleWrapper = notHere("keras.layers.TorchModuleWrapper");
export const TFSMLayer = notHere("keras.layers.TFSMLayer");
export const ExportArchive = notHere("keras.export.ExportArchive");
export const SKLearnClassifier = notHere("keras.wrappers.SKLearnClassifier");
export const SKLearnRegressor = notHere("keras.wrappers.SKLearnRegressor");
export const SKLearnTransformer = notHere("keras.wrappers.SKLearnTransformer");
export const OrbaxCheckpoint = notHere("keras.callbacks.OrbaxCheckpoint");
export const serializeKerasObject = notHere("keras.legacy.saving.serializeKerasObject");
export const deserializeKerasObject = notHere("keras.legacy.saving.deserializeKerasObject");
export const legacyOptimizer = notHere("keras.optimizers.legacy.Adagrad");
export const setBackend = notHere("keras.config.setBackend");
