// The names that make no sense here, so that calling one says what to use instead.

import { notHere } from "./absent.js";

/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const JaxLayer = notHere("keras.layers.JaxLayer");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const FlaxLayer = notHere("keras.layers.FlaxLayer");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const TorchModuleWrapper = notHere("keras.layers.TorchModuleWrapper");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const TFSMLayer = notHere("keras.layers.TFSMLayer");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const ExportArchive = notHere("keras.export.ExportArchive");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const SKLearnClassifier = notHere("keras.wrappers.SKLearnClassifier");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const SKLearnRegressor = notHere("keras.wrappers.SKLearnRegressor");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const SKLearnTransformer = notHere("keras.wrappers.SKLearnTransformer");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const OrbaxCheckpoint = notHere("keras.callbacks.OrbaxCheckpoint");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const serializeKerasObject = notHere("keras.legacy.saving.serializeKerasObject");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const deserializeKerasObject = notHere("keras.legacy.saving.deserializeKerasObject");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const legacyOptimizer = notHere("keras.optimizers.legacy.Adagrad");
/** Makes no sense here: calling it is a NotSupportedError that says what to use instead. */
export const setBackend = notHere("keras.config.setBackend");
