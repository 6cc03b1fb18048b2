// Switches of the process, dtypes by name, names that make no sense here, records that can be frozen.

import t from "tap";
import * as tf from "../../lib/index.js";
import { absent } from "../../lib/api/absent.js";

const { keras } = tf;

t.test("limits of epochs and steps hold for fit, and off again", async (t) => {
  const model = new keras.Sequential([new keras.Input({ shape: [1] }), new keras.layers.Dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  let batches = 0;
  const counter = new keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => void batches++ });
  const fit = () => model.fit(tf.ones([6, 1]), tf.ones([6, 1]), { epochs: 3, batchSize: 1, verbose: 0, callbacks: [counter] });
  keras.config.setMaxEpochs(2);
  keras.config.setMaxStepsPerEpoch(4);
  try {
    t.equal((await fit()).epoch.length, 2);
    t.equal(batches, 8);
  } finally {
    keras.config.setMaxEpochs(null);
    keras.config.setMaxStepsPerEpoch(null);
  }
  batches = 0;
  t.equal((await fit()).epoch.length, 3);
  t.equal(batches, 18);
  t.throws(() => keras.config.setMaxEpochs(0), { name: "ArgumentError" });
});

t.test("stacks begin with the user's lines unless filtering is off", async (t) => {
  const firstFrame = (): string => {
    try {
      keras.ops.reshape([1, 2], [3]);
    } catch (error) {
      return (error as Error).stack!.split("\n").find((line) => /^\s+at /.test(line))!;
    }
    return "";
  };
  t.match(firstFrame(), /process\.test/);
  keras.config.disableTracebackFiltering();
  t.equal(keras.config.isTracebackFilteringEnabled(), false);
  t.notMatch(firstFrame(), /process\.test/);
  keras.config.enableTracebackFiltering();
});

t.test("policies and dtypes by name", async (t) => {
  t.equal(keras.config.dtypePolicy().name, "float32");
  keras.config.setDtypePolicy("int32");
  t.equal(new keras.layers.Identity().dtypePolicy.name, "int32");
  keras.config.setDtypePolicy("float32");
  t.equal(keras.dtypePolicies.deserialize(keras.dtypePolicies.serialize(keras.dtypePolicies.get("float32")) as never).name, "float32");
  t.throws(() => keras.config.setDtypePolicy("float31"), { name: "ValueError" });
  t.equal(keras.utils.standardizeDtype(null), "float32");
  t.equal(keras.utils.standardizeDtype("int"), "int32");
  t.ok(keras.backend.isFloatDtype("bfloat16") && keras.backend.isIntDtype("uint8") && !keras.backend.isIntDtype("bool"));
  t.throws(() => keras.utils.standardizeDtype("float31"), { name: "UnknownNameError" });
});

t.test("names that make no sense here say what to use instead", async (t) => {
  for (const name of absent.flatMap(({ names }) => names)) {
    let value: unknown = name.startsWith("tf.") ? tf : keras;
    for (const part of name.split(".").slice(1)) value = (value as Record<string, unknown>)[part];
    t.throws(() => new (value as new () => unknown)(), { name: "NotSupportedError", where: name }, name);
    t.throws(() => (value as () => unknown)(), { name: "NotSupportedError" });
  }
});

t.test("lower-case names of classes need no new", async (t) => {
  t.ok(keras.initializers.zeros() instanceof keras.initializers.Zeros);
  t.ok(new keras.initializers.heNormal({ seed: 1 }) instanceof keras.initializers.HeNormal);
  t.equal(keras.constraints.maxNorm(3).options.maxValue, 3);
  const ones = keras.initializers.get(keras.initializers.ones as never)!;
  t.strictSame(ones([2]).array(), [1, 1]);
});

t.test("a config is read, changed and frozen", async (t) => {
  const config = new keras.utils.Config({ a: 1 });
  config.update({ b: 2 });
  t.strictSame([config.get("b"), config.get("c"), config.get("c", 0), config.toJson()], [2, null, 0, '{"a":1,"b":2}']);
  t.equal(config.pop("a"), 1);
  config.freeze();
  t.throws(() => config.set("b", 3), { name: "StateError" });
  config.unfreeze();
  t.throws(() => config.pop("a"), { name: "ArgumentError" });
});

t.test("inputs, targets and weights are packed and unpacked", async (t) => {
  const { packXYSampleWeight: pack, unpackXYSampleWeight: unpack } = keras.utils;
  t.strictSame(unpack(pack(1, 2)), [1, 2, null]);
  t.strictSame(unpack(pack([1, 2])), [[1, 2], null, null]);
  t.strictSame(pack(1, null, 3), [1, null, 3]);
  t.throws(() => unpack([1, 2, 3, 4]), { name: "ArgumentError" });
});

t.test("families read configs with custom objects, for the length of the call", async (t) => {
  class Half extends keras.regularizers.Regularizer {
    override call(x: tf.Tensor) {
      return keras.ops.multiply(keras.ops.sum(x), 0.5);
    }
  }
  const config = { class_name: "Half", config: {} };
  const made = keras.regularizers.deserialize(config, { Half } as never);
  t.equal((made as unknown as Half).call(tf.ones([4])).item(), 2);
  t.throws(() => keras.regularizers.deserialize(config), { name: "UnknownNameError" });
  const twice = (y: tf.Tensor, p: tf.Tensor) => keras.ops.multiply(keras.ops.subtract(y, p), 2);
  t.equal(keras.losses.deserialize("twice", { twice } as never), twice);
  t.ok(keras.optimizers.deserialize({ class_name: "Adam", config: {} }) instanceof keras.optimizers.Adam);
});
