// Functions as layers, and what files may hold of them.

import t from "tap";
import { safeModeScope } from "../../lib/config/custom-objects.js";
import * as tf from "../../lib/index.js";

const { keras } = tf;
const { Lambda } = keras.layers;

t.test("a function is called with what it names", async (t) => {
  const layer = new Lambda(
    (x: tf.Tensor, { factor, training }: { factor: number; training: boolean | null }) => x.mul(training ? -factor : factor),
    {
      arguments: { factor: 3 },
    },
  );
  t.strictSame(layer([1, 2]).array(), [3, 6]);
  t.strictSame(layer([1, 2], { training: true }).array(), [-3, -6]);
  const inputs = keras.Input({ shape: [4] });
  t.strictSame(new Lambda((x: tf.Tensor) => keras.ops.reshape(x, [-1, 2, 2]))(inputs).shape, [null, 2, 2]);
  t.strictSame(new Lambda((x: tf.Tensor) => x, { outputShape: [7] }).computeOutputShape([3, 4]), [3, 7]);
  const masked = new Lambda((x: tf.Tensor) => x, { mask: (x: tf.Tensor) => keras.ops.greater(x, 0) });
  t.equal(masked.supportsMasking, true);
  t.throws(() => new Lambda("x => x" as never), { name: "ValueError" });
});

t.test("a registered function is saved by its name, code is refused", async (t) => {
  const twice = keras.saving.registerKerasSerializable(
    function twice(x: tf.Tensor) {
      return x.mul(2);
    },
    { package: "lambda_test" },
  );
  const config = keras.layers.serialize(new Lambda(twice)) as { config: object };
  const again = keras.layers.deserialize(JSON.parse(JSON.stringify(config)));
  t.strictSame(again([1, 2]).array(), [2, 4]);
  const code = { class_name: "__lambda__", config: { code: "4wEAAAA=", defaults: null, closure: null } };
  const file = { ...config, config: { ...config.config, name: "squared", function: code } };
  t.throws(() => keras.layers.deserialize(file as never), { name: "ValueError", hint: /safeMode: false/ });
  t.throws(() => keras.layers.deserialize(file as never, { squared: twice } as never), { name: "ValueError" });
});

t.test("with safeMode: false a file's code is replaced by the custom object of the layer's name", async (t) => {
  const five = Object.assign((x: tf.Tensor) => x.mul(5), {});
  const config = {
    class_name: "Lambda",
    module: "keras.layers",
    config: { name: "five", function: { class_name: "__lambda__", config: {} } },
  };
  const load = (safe: boolean) => safeModeScope(safe, () => keras.layers.deserialize(config, { five }));
  t.strictSame(load(false)([1, 2]).array(), [5, 10]);
  t.throws(() => load(true), { name: "ValueError" });
  t.throws(() => safeModeScope(false, () => keras.layers.deserialize(config)), { name: "ValueError", hint: /customObjects/ });
});
