// keras.config: switches of the process beside the numbers of lib/config/settings.ts.

import { switches } from "../core/defaults.js";
import { ArgumentError, text } from "../core/errors.js";
import { declare } from "../core/operation.js";

/**
 * The name of what computes: `"wasm"`. Keras: keras.config.backend
 *
 * ```ts
 * keras.backend.backend(); // "wasm"
 * ```
 */
export const backend = (): string => "wasm";

/**
 * Whether variables are Flax's: never. Keras: keras.config.is_nnx_enabled
 *
 * ```ts
 * keras.config.isNnxEnabled(); // false
 * ```
 */
export const isNnxEnabled = (): boolean => false;

/**
 * Bars of progress that are drawn over and over, the default. Keras: keras.config.enable_interactive_logging
 *
 * ```ts
 * keras.config.enableInteractiveLogging();
 * keras.config.isInteractiveLoggingEnabled(); // true
 * ```
 */
export const enableInteractiveLogging = (): void => void (switches.interactiveLogging = true);

/**
 * One line of progress an epoch, for logs in files. Keras: keras.config.disable_interactive_logging
 *
 * ```ts
 * keras.config.disableInteractiveLogging();
 * keras.config.isInteractiveLoggingEnabled(); // false
 * keras.config.enableInteractiveLogging();
 * ```
 */
export const disableInteractiveLogging = (): void => void (switches.interactiveLogging = false);

/**
 * Keras: keras.config.is_interactive_logging_enabled
 *
 * ```ts
 * keras.config.isInteractiveLoggingEnabled(); // true
 * ```
 */
export const isInteractiveLoggingEnabled = (): boolean => switches.interactiveLogging;

/**
 * Stacks of errors begin with the user's own lines, the default. Keras: keras.config.enable_traceback_filtering
 *
 * ```ts
 * keras.config.enableTracebackFiltering();
 * keras.config.isTracebackFilteringEnabled(); // true
 * ```
 */
export const enableTracebackFiltering = (): void => void (switches.tracebackFiltering = true);

/**
 * Stacks of errors as the engine makes them: the line that threw comes first. Keras: keras.config.disable_traceback_filtering
 *
 * ```ts
 * keras.config.disableTracebackFiltering();
 * keras.config.isTracebackFilteringEnabled(); // false
 * keras.config.enableTracebackFiltering();
 * ```
 */
export const disableTracebackFiltering = (): void => void (switches.tracebackFiltering = false);

/**
 * Keras: keras.config.is_traceback_filtering_enabled
 *
 * ```ts
 * keras.config.isTracebackFilteringEnabled(); // true
 * ```
 */
export const isTracebackFilteringEnabled = (): boolean => switches.tracebackFiltering;

/**
 * Attention in one kernel where there is one; here attention is the same kernels either way. Keras: keras.config.enable_flash_attention
 *
 * ```ts
 * keras.config.enableFlashAttention();
 * keras.config.isFlashAttentionEnabled(); // true
 * ```
 */
export const enableFlashAttention = (): void => void (switches.flashAttention = true);

/**
 * Keras: keras.config.disable_flash_attention
 *
 * ```ts
 * keras.config.disableFlashAttention();
 * keras.config.isFlashAttentionEnabled(); // false
 * keras.config.enableFlashAttention();
 * ```
 */
export const disableFlashAttention = (): void => void (switches.flashAttention = false);

/**
 * Keras: keras.config.is_flash_attention_enabled
 *
 * ```ts
 * keras.config.enableFlashAttention();
 * keras.config.isFlashAttentionEnabled(); // true
 * ```
 */
export const isFlashAttentionEnabled = (): boolean => switches.flashAttention;

/**
 * Files may name functions of the user's own in Lambda layers without `safeMode: false` at each load. Code in files is never run.
 * Keras: keras.config.enable_unsafe_deserialization
 *
 * ```ts
 * const isOurFile = false;
 * if (isOurFile) keras.config.enableUnsafeDeserialization();
 * ```
 */
export const enableUnsafeDeserialization = (): void => void (switches.unsafeDeserialization = true);

const limit = (where: string, value: number | null): number | null => {
  if (value === null || (Number.isInteger(value) && value > 0)) return value;
  throw new ArgumentError(where, { given: text(value), expected: "a positive whole number, or null for no limit" });
};

/**
 * How many epochs `fit` runs at most, null for no limit. Keras: keras.config.max_epochs
 *
 * ```ts
 * keras.config.maxEpochs(); // null
 * ```
 */
export const maxEpochs = (): number | null => switches.maxEpochs;

/**
 * Limits the epochs of every `fit`, to try a script quickly.
 *
 * ```ts
 * keras.config.setMaxEpochs(2);
 * keras.config.maxEpochs(); // 2
 * keras.config.setMaxEpochs(null);
 * ```
 *
 * @throws ArgumentError. Keras: keras.config.set_max_epochs
 */
export const setMaxEpochs = declare("config.setMaxEpochs(maxEpochs:int|null)", (maxEpochs: number | null): void => {
  switches.maxEpochs = limit("config.setMaxEpochs", maxEpochs);
});

/**
 * How many steps an epoch has at most, null for no limit. Keras: keras.config.max_steps_per_epoch
 *
 * ```ts
 * keras.config.maxStepsPerEpoch(); // null
 * ```
 */
export const maxStepsPerEpoch = (): number | null => switches.maxStepsPerEpoch;

/**
 * Limits the steps of every epoch, of `evaluate` and of `predict`.
 *
 * ```ts
 * keras.config.setMaxStepsPerEpoch(5);
 * keras.config.maxStepsPerEpoch(); // 5
 * keras.config.setMaxStepsPerEpoch(null);
 * ```
 *
 * @throws ArgumentError. Keras: keras.config.set_max_steps_per_epoch
 */
export const setMaxStepsPerEpoch = declare(
  "config.setMaxStepsPerEpoch(maxStepsPerEpoch:int|null)",
  (maxStepsPerEpoch: number | null): void => {
    switches.maxStepsPerEpoch = limit("config.setMaxStepsPerEpoch", maxStepsPerEpoch);
  },
);
