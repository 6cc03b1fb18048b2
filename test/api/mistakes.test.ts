// What a newcomer does wrong most often: each is an error at once, which names what was given and what to write instead.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { layers } = keras;

const x = tf.ones([4, 2]);
const y = tf.ones([4, 1]);
const network = (...parts: unknown[]) => new keras.Sequential((parts.length > 0 ? parts : [new layers.Dense(1)]) as never);
const compiled = (loss: string, ...parts: unknown[]) => {
  const model = network(...parts);
  model.compile({ loss });
  return model;
};

/** What TypeScript would have refused; a program in JavaScript does it. */
const anyLayer = layers as unknown as Record<string, new (...args: unknown[]) => unknown>;
const made = (name: string, ...args: unknown[]) => new anyLayer[name]!(...args);

const mistakes: Readonly<Record<string, readonly [act: () => unknown, name: string, says: RegExp]>> = {
  "an option is missing": [() => made("Dense"), "ArgumentError", /Dense\.units: given nothing; expected a positive integer/],
  "an option is misspelled": [() => made("Dense", 3, { activations: "relu" }), "ArgumentError", /"activations".*Did you mean activation\?/],
  "an option is written as in Python": [
    () => made("LSTM", 3, { return_sequences: true }),
    "ArgumentError",
    /"return_sequences".*Did you mean returnSequences\?/,
  ],
  "an option is given in another one's place": [() => made("Conv2D", 3, 3, "relu"), "ValueError", /Conv2D\.strides: given "relu"/],
  "more is given by place than is taken so": [
    () => made("Dense", 3, "relu", true, "ones", "zeros", "l2"),
    "ArgumentError",
    /"l2" as argument 6.*then one options object/,
  ],
  "a name is misspelled": [() => made("Dense", 3, { activation: "rellu" }), "UnknownNameError", /"rellu".*Did you mean relu\?/],
  "an optimizer does not exist": [() => network().compile({ optimizer: "adamm" }), "UnknownNameError", /"adamm".*Did you mean adam\?/],
  "an input has another shape": [
    () => network(new keras.Input({ shape: [2] }), new layers.Dense(1))(tf.ones([4, 3])),
    "ShapeError",
    /shape \[4, 3\].*expected axis -1 to have length 2/,
  ],
  "a model was not compiled": [() => network().fit(x, y), "StateError", /not compiled.*model\.compile\(/],
  "inputs and labels are not as many": [
    () => compiled("mse").fit(x, tf.ones([3, 1]), { verbose: 0 }),
    "ShapeError",
    /x \[4, 2\], y \[3, 1\].*as many samples/,
  ],
  "a label is no class": [
    () => compiled("sparse_categorical_crossentropy", new layers.Dense(2)).fit(x, [0, 1, 1, 5], { verbose: 0 }),
    "ValueError",
    /label 5.*from 0 to 1/,
  ],
  "labels have another width than outputs": [
    () => compiled("categorical_crossentropy", new layers.Dense(2)).fit(x, tf.ones([4, 3]), { verbose: 0 }),
    "ShapeError",
    /\[4, 3\].*\[4, 2\]/,
  ],
  "an option of fit is written as in Python": [
    () => compiled("mse").fit(x, y, { validation_data: [x, y] } as never),
    "ArgumentError",
    /Did you mean validationData\?/,
  ],
  "a file is not there": [
    () => keras.models.loadModel("nothing.keras"),
    "CheckpointError",
    /nothing\.keras: given a path where there is no file/,
  ],
  "matrices do not fit": [() => tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])), "ShapeError", /\[2, 3\].*Transpose or reshape/],
  "rows differ in length": [() => tf.constant([[1, 2], [3]]), "ShapeError", /equal lengths/],
  "a shape has another number of elements": [() => tf.ones([2, 3]).reshape([4, 2]), "ShapeError", /\[2, 3\] to \[4, 2\].*6 elements/],
};

for (const [name, [act, error, says]] of Object.entries(mistakes))
  t.test(name, async (t) => {
    const found = await (async () => act())().then(
      () => null,
      (error: Error) => error,
    );
    t.equal(found?.name, error, found?.message ?? "no error");
    t.match(String(found?.message), says);
  });
