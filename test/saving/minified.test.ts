// Names of a user's own classes where a minifier changes them: what decides, and who is warned.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

const saved = (layer: object) => keras.saving.serializeKerasObject(layer) as { class_name: string; registered_name: string };

/** What is said while a layer is saved twice. */
function warnings(t: { teardown(action: () => void): void }, layer: object): string[] {
  const said: string[] = [];
  const { warn } = console;
  t.teardown(() => void (console.warn = warn));
  console.warn = (text: string) => said.push(text);
  saved(layer);
  saved(layer);
  console.warn = warn;
  return said;
}

t.test("static className decides the config, the layer's name and the file", async (t) => {
  class a extends keras.layers.Layer {
    static className = "Swish";
    override call(x: tf.Tensor) {
      return x.mul(tf.sigmoid(x));
    }
  }
  const layer = new a();
  t.match(layer.name, /^swish(_\d+)?$/);
  t.match(saved(layer), { class_name: "Swish", registered_name: "Swish" });
  t.strictSame(warnings(t, layer), []);
  const model = new keras.Sequential([new keras.Input({ shape: [2] }), layer]);
  await model.save("memory://swish.keras");
  class b extends a {}
  Object.defineProperty(b, "className", { value: "Swish" });
  const loaded = await keras.models.loadModel("memory://swish.keras", { customObjects: { Swish: b } });
  t.ok((loaded as tf.keras.Model).layers[0] instanceof b, "another build's class of the name");
  class c extends a {}
  t.equal(saved(new c()).class_name, "c", "a class inherits no name");
});

t.test("a registration decides them as well", async (t) => {
  class a extends keras.layers.Layer {}
  keras.saving.registerKerasSerializable("mine>Gated")(a);
  t.equal(keras.saving.getRegisteredName(a), "mine>Gated");
  t.match(saved(new a()), { class_name: "Gated", registered_name: "mine>Gated" });
  t.match(new a().name, /^gated(_\d+)?$/);
  t.strictSame(warnings(t, new a()), []);
});

t.test("a name of one or two letters is warned of when it is saved, once", async (t) => {
  class q extends keras.layers.Layer {}
  class Qe extends keras.layers.Layer {}
  class Mix extends keras.layers.Layer {}
  for (const layer of [new q(), new Qe()]) {
    const said = warnings(t, layer);
    t.equal(said.length, 1);
    t.match(said[0], /saved under the name "(q|Qe)".*static className = .*registerKerasSerializable/);
  }
  t.strictSame(warnings(t, new Mix()), []);
  t.strictSame(warnings(t, new keras.layers.Dense(1)), []);
});
