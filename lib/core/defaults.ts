// The few values of keras.config that operations read: they stand for the whole process and are read when an operation is called.

/** Where the channels of an image stand: `[…, height, width, channels]` or `[…, channels, height, width]`. */
export type DataFormat = "channels_last" | "channels_first";

/** Written by keras.config's setters alone (lib/config/settings.ts). `floatx` is the dtype of floats that nobody gave one. */
export const defaults: { epsilon: number; imageDataFormat: DataFormat; floatx: "float32" | "float16" | "bfloat16" } = {
  epsilon: 1e-7,
  imageDataFormat: "channels_last",
  floatx: "float32",
};

/** Switches of keras.config, written by lib/config/process.ts alone. */
export const switches: {
  interactiveLogging: boolean;
  tracebackFiltering: boolean;
  flashAttention: boolean;
  unsafeDeserialization: boolean;
  maxEpochs: number | null;
  maxStepsPerEpoch: number | null;
} = {
  interactiveLogging: true,
  tracebackFiltering: true,
  flashAttention: true,
  unsafeDeserialization: false,
  maxEpochs: null,
  maxStepsPerEpoch: null,
};
