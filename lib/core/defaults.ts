// The few values of keras.config that operations read: they stand for the whole process and are read when an operation is called.

export type DataFormat = "channels_last" | "channels_first";

/** Written by keras.config's setters alone (lib/config/settings.ts). */
export const defaults: { epsilon: number; imageDataFormat: DataFormat } = { epsilon: 1e-7, imageDataFormat: "channels_last" };
