// What is no value for a place is refused with a typed error, wherever it is put: every public function and class is called with values
// that its users never meant, in every place. No call ends in an error of the language's own, takes the process down, or never ends.

import t from "tap";
import { KerasmError } from "../../lib/core/errors.js";
import * as tf from "../../lib/index.js";
import { isClass } from "../support/classes.js";

const { keras } = tf;
const x = tf.constant([[0.5, -1.5, 2], [3, 0.25, -0.75]]); // prettier-ignore

const garbage: Readonly<Record<string, unknown>> = {
  null: null,
  undefined: undefined,
  "a string": "foo",
  "a name of Object's": "constructor",
  NaN: NaN,
  "-1": -1,
  "0.5": 0.5,
  Infinity: Infinity,
  "1e12": 1e12,
  true: true,
  "a bigint": 3n,
  "a symbol": Symbol("s"),
  "a function": () => 1,
  "{}": {},
  "[]": [],
  "ragged rows": [[1], [1, 2]],
  "[null]": [null],
  "a Date": new Date(0),
  "a Map": new Map(),
};

type Call = (...args: unknown[]) => unknown;
const places: readonly ((g: unknown) => readonly unknown[])[] = [
  (g) => [g],
  (g) => [x, g],
  (g) => [g, x],
  (g) => [x, x, g],
  (g) => [x, 1, g],
  (g) => [1, g],
  (g) => [[x, x], g],
  (g) => [x, { axis: g }],
];

const spaces: Readonly<Record<string, object>> = {
  "keras.ops": keras.ops, "keras.losses": keras.losses, "keras.metrics": keras.metrics, "keras.activations": keras.activations,
  "keras.initializers": keras.initializers, "keras.random": keras.random, "keras.utils": keras.utils, "keras.layers": keras.layers,
  "keras.optimizers": keras.optimizers, "keras.optimizers.schedules": keras.optimizers.schedules, "keras.quantizers": keras.quantizers,
  "keras.regularizers": keras.regularizers, "keras.constraints": keras.constraints, "keras.callbacks": keras.callbacks,
  "keras.tree": keras.tree, "keras.dtypePolicies": keras.dtypePolicies, "tf.linalg": tf.linalg, "tf.math": tf.math,
  "tf.nn": tf.nn, "tf.signal": tf.signal, "tf.strings": tf.strings, "tf.io": tf.io, "tf.sparse": tf.sparse, "tf.ragged": tf.ragged,
  "tf.image": tf.image,
}; // prettier-ignore

/** What opens files or connections, writes them, or ends by itself when somebody says so. */
const skipped = /^(write|TFRecordWriter|set|enable|disable|clear|load|save|getFile|download|read|list|plot|timeseries|\w*FromDirectory$)/;

t.setTimeout(600_000);

const isOurs = (error: unknown): boolean => error instanceof KerasmError;

for (const [space, members] of Object.entries(spaces)) {
  t.test(space, async (t) => {
    const found = new Map<string, string>();
    let calls = 0;
    for (const [name, member] of Object.entries(members)) {
      if (typeof member !== "function" || skipped.test(name)) continue;
      const make = member as Call & (new (...args: unknown[]) => unknown);
      const makesObjects = isClass(make);
      const note = (error: unknown, what: string, args: string): void => {
        if (!isOurs(error)) found.set(`${space}.${name}: ${String(error).slice(0, 120)}`, `${what} ${args}`);
      };
      for (const [what, value] of Object.entries(garbage))
        for (const [place, args] of places.entries()) {
          calls++;
          try {
            const result = makesObjects ? new make(...args(value)) : make(...args(value));
            if (result instanceof Promise) await result.catch((error: unknown) => note(error, what, String(args)));
          } catch (error) {
            note(error, what, `in ${String(places[place])}`);
          }
        }
    }
    t.ok(calls > 0);
    t.strictSame([...found], []);
  });
}
