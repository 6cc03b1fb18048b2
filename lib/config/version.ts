// Which Keras the names and files here are those of.

/**
 * The version of Keras whose interface this is: `"3.16.0"`. Keras: keras.version
 *
 * ```ts
 * keras.version(); // "3.16.0"
 * ```
 */
export const version = (): string => "3.16.0";

/**
 * The version of TensorFlow whose names are here: `"2.21.0"`. TensorFlow: tf.__version__
 *
 * ```ts
 * tf.__version__.split(".").length; // 3
 * ```
 */
export const tensorflowVersion = "2.21.0";
