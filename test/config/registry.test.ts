// A name means one thing: registries refuse a second meaning, and none of them is a member of the public interface.

import t from "tap";
import { classNameOf, Family, lookUp, registerClasses, registerFunctions, registerSpecialForm } from "../../lib/config/index.js";
import { StateError } from "../../lib/core/errors.js";
import { primitive } from "../../lib/core/primitive.js";
import * as tf from "../../lib/index.js";
import { Dense, Dropout } from "../../lib/layers/index.js";
import "../../lib/ops/index.js";

class First {
  static fromConfig = () => new First();
}
class Second {
  static fromConfig = () => new Second();
}
const shapes = () =>
  new Family<First | Second>({
    module: "registry.test",
    noun: "shape",
    accepts: (value): value is First | Second => value instanceof First || value instanceof Second,
  });

t.test("a second meaning of a name is refused, and the first one stays", async (t) => {
  const family = shapes();
  family.register({ First }, "one");
  const doors: Readonly<Record<string, () => void>> = {
    "a class": () => registerClasses("keras.layers", { Dense: Dropout as never }),
    "a function": () => registerFunctions("keras.layers", { Dense: () => 0 }),
    "a class of a family": () => family.register({ First: Second }),
    "another string for a class": () => family.register({ Second }, "one"),
    "a function of a family under the name of a class": () => family.registerFunction({ one: () => 0 }),
    "a special form": () =>
      registerSpecialForm({ className: "__tensor__", matches: (_): _ is never => false, write: () => 0, read: () => 0 as never }),
  };
  for (const [what, add] of Object.entries(doors)) t.throws(add, { name: "StateError", given: /second meaning/ }, what);
  t.throws(() => primitive({ name: "tanh", inputs: ["x"], infer: () => ({ shape: [], dtype: "float32" }) }), StateError);
  t.equal(lookUp("keras.layers", "Dense")?.value, Dense);
  t.equal(classNameOf(new Dense(1)), "Dense");
  t.ok(family.get("one") instanceof First);
});

t.test("the same meaning again is nothing new", async (t) => {
  registerClasses("keras.layers", { Dense });
  const family = shapes();
  family.register({ First });
  family.register({ First }, "one");
  t.strictSame(family.names, ["First", "one"]);
});

t.test("no registry is a public member", async (t) => {
  const found: string[] = [];
  let seen = 0;
  const visit = (namespace: object, path: string, depth: number): void => {
    for (const [name, value] of Object.entries(namespace) as [string, unknown][]) {
      seen++;
      if (value instanceof Family || value instanceof Map || value instanceof Set) found.push(`${path}.${name}`);
      else if (typeof value === "object" && value !== null && depth < 4) visit(value, `${path}.${name}`, depth + 1);
    }
  };
  visit(tf, "tf", 0);
  t.ok(seen > 1500);
  t.strictSame(found, []);
});

t.test("a model of extractPatches is still one after it was saved, and so is one of extractPatches3d", async (t) => {
  const { keras } = tf;
  const images = tf.reshape(tf.range(32), [1, 4, 4, 2]);
  const volumes = tf.reshape(tf.range(64), [1, 4, 4, 4, 1]);
  for (const [x, patches] of [
    [images, (y: tf.Tensor) => keras.ops.image.extractPatches(y, 2)],
    [volumes, (y: tf.Tensor) => keras.ops.image.extractPatches3d(y, 2)],
  ] as const) {
    const input = keras.Input({ shape: x.shape.slice(1) });
    const model = new keras.Model({ inputs: input, outputs: patches(input) });
    const again = keras.models.modelFromJson(model.toJson());
    t.strictSame((again(x) as tf.Tensor).array(), patches(x).array());
  }
});
