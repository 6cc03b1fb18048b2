// keras.config: switches of the process beside the numbers of lib/config/settings.ts.

import { switches } from "../core/defaults.js";
import { ArgumentError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";

/** The name of what computes: `"wasm"`. Keras: keras.config.backend */
export const backend = (): string => "wasm";

/** Whether variables are Flax's: never. Keras: keras.config.is_nnx_enabled */
export const isNnxEnabled = (): boolean => false;

/** Bars of progress that are drawn over and over, the default. Keras: keras.config.enable_interactive_logging */
export const enableInteractiveLogging = (): void => void (switches.interactiveLogging = true);

/** One line of progress an epoch, for logs in files. Keras: keras.config.disable_interactive_logging */
export const disableInteractiveLogging = (): void => void (switches.interactiveLogging = false);

/** Keras: keras.config.is_interactive_logging_enabled */
export const isInteractiveLoggingEnabled = (): boolean => switches.interactiveLogging;

/** Stacks of errors begin with the user's own lines, the default. Keras: keras.config.enable_traceback_filtering */
export const enableTracebackFiltering = (): void => void (switches.tracebackFiltering = true);

/** Stacks of errors as the engine makes them: the line that threw comes first. Keras: keras.config.disable_traceback_filtering */
export const disableTracebackFiltering = (): void => void (switches.tracebackFiltering = false);

/** Keras: keras.config.is_traceback_filtering_enabled */
export const isTracebackFilteringEnabled = (): boolean => switches.tracebackFiltering;

/** Attention in one kernel where there is one; here attention is the same kernels either way. Keras: keras.config.enable_flash_attention */
export const enableFlashAttention = (): void => void (switches.flashAttention = true);

/** Keras: keras.config.disable_flash_attention */
export const disableFlashAttention = (): void => void (switches.flashAttention = false);

/** Keras: keras.config.is_flash_attention_enabled */
export const isFlashAttentionEnabled = (): boolean => switches.flashAttention;

/**
 * Files may name functions of the user's own in Lambda layers without `safeMode: false` at each load. Code in files is never run.
 * Keras: keras.config.enable_unsafe_deserialization
 */
export const enableUnsafeDeserialization = (): void => void (switches.unsafeDeserialization = true);

const limit = (where: string, value: number | null): number | null => {
  if (value === null || (Number.isInteger(value) && value > 0)) return value;
  throw new ArgumentError(where, { given: text(value), expected: "a positive whole number, or null for no limit" });
};

/** How many epochs `fit` runs at most, null for no limit. Keras: keras.config.max_epochs */
export const maxEpochs = (): number | null => switches.maxEpochs;

/** Limits the epochs of every `fit`, to try a script quickly. @throws ArgumentError. Keras: keras.config.set_max_epochs */
export const setMaxEpochs = declare("config.setMaxEpochs(maxEpochs:int|null)", (maxEpochs: number | null): void => {
  switches.maxEpochs = limit("config.setMaxEpochs", maxEpochs);
});

/** How many steps an epoch has at most, null for no limit. Keras: keras.config.max_steps_per_epoch */
export const maxStepsPerEpoch = (): number | null => switches.maxStepsPerEpoch;

/** Limits the steps of every epoch, of `evaluate` and of `predict`. @throws ArgumentError. Keras: keras.config.set_max_steps_per_epoch */
export const setMaxStepsPerEpoch = declare(
  "config.setMaxStepsPerEpoch(maxStepsPerEpoch:int|null)",
  (maxStepsPerEpoch: number | null): void => {
    switches.maxStepsPerEpoch = limit("config.setMaxStepsPerEpoch", maxStepsPerEpoch);
  },
);
