// Which Keras the names and files here are those of.

/** The version of Keras whose interface this is: `"3.16.0"`. Keras: keras.version */
export const version = (): string => "3.16.0";
