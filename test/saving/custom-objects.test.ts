import { join } from "node:path";
import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;

/** A layer of a user's own, with a constructor of its own. */
class Scale extends keras.layers.Layer {
  factor: number;
  constructor({ factor = 2, ...options }: { factor?: number } & tf.keras.layers.LayerOptions = {}) {
    super(options);
    this.factor = factor;
  }
  override call(x: tf.Tensor) {
    return x.mul(this.factor);
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}

const twice = (x: tf.TensorLike) => tf.multiply(x, 2);

/** A layer that writes its variables by name, and a file beside them. */
class Vocabulary extends keras.layers.Layer {
  table = tf.variable([0, 0, 0]);
  words: string[] = [];
  override call(x: tf.Tensor) {
    return x.add(this.table);
  }
  saveOwnVariables(store: Record<string, unknown>) {
    store["table"] = this.table;
  }
  loadOwnVariables(store: Readonly<Record<string, tf.Tensor>>) {
    if (!store["table"]) throw new Error("no table");
    this.table.assign(store["table"]);
  }
  saveAssets(assets: Record<string, string | Uint8Array>) {
    assets["words.txt"] = this.words.join("\n");
  }
  loadAssets(assets: Readonly<Record<string, Uint8Array>>) {
    this.words = new TextDecoder().decode(assets["words.txt"]).split("\n");
  }
}

const begin = () =>
  new keras.Sequential([new keras.Input({ shape: [3] }), new Scale({ factor: 3 }), new keras.layers.Dense(2, { activation: twice })]);
const x = tf.constant([[1, 2, 3]]);
const customObjects = { Scale, twice };

t.test("what was saved unregistered loads by naming it, in every way", async (t) => {
  const model = begin();
  const expected = model(x).array();
  for (const ending of ["keras", "h5", "ckpt"]) {
    const path = `memory://custom/m.${ending}`;
    await model.save(path);
    await t.rejects(keras.models.loadModel(path), { name: "UnknownNameError", message: /Scale|twice/ }, `${ending}: not known`);
    t.same((await keras.models.loadModel(path, { customObjects }))(x).array(), expected, `${ending}: customObjects`);
    const scoped = await keras.saving.customObjectScope(customObjects, () => keras.models.loadModel(path));
    t.same(scoped(x).array(), expected, `${ending}: a scope around an asynchronous read`);
    const later = await keras.saving.customObjectScope(customObjects, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return keras.models.loadModel(path);
    });
    t.same(later(x).array(), expected, `${ending}: later within the scope`);
  }
  await t.rejects(keras.models.loadModel("memory://custom/m.keras"), { name: "UnknownNameError" }, "the scopes have ended");
  const json = model.toJson();
  t.throws(() => keras.models.modelFromJson(json), { name: "UnknownNameError" });
  t.ok(keras.models.modelFromJson(json, { customObjects }));
  t.ok(keras.Sequential.fromConfig(model.getConfig(), { customObjects }));
  const functional = new keras.Model({ inputs: model.inputs[0]!, outputs: model.outputs[0]! });
  t.ok(keras.Model.fromConfig(functional.getConfig(), { customObjects }));
  const { TimeDistributed } = keras.layers;
  t.ok(keras.layers.Layer.fromConfig.call(TimeDistributed as never, new TimeDistributed(new Scale()).getConfig(), { customObjects }));
});

t.test("scopes that overlap in time keep apart what they end", async (t) => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const slow = keras.saving.customObjectScope({ Scale }, async () => {
    await gate;
    return keras.saving.getRegisteredObject("Scale");
  });
  await keras.saving.customObjectScope({ twice }, async () => {});
  t.equal(keras.saving.getRegisteredObject("twice"), null);
  open();
  t.equal(await slow, Scale);
  t.equal(keras.saving.getRegisteredObject("Scale"), null);
});

t.test("registration as a decorator, and by hand", async (t) => {
  class Named extends Scale {}
  class Plain extends Scale {}
  t.equal(keras.saving.registerKerasSerializable("mine", "Other")(Named), Named);
  t.equal(keras.saving.getRegisteredName(Named), "mine>Other");
  t.equal(keras.saving.registerKerasSerializable(Plain, { kind: "class", name: "Plain" } as ClassDecoratorContext), Plain);
  t.equal(keras.saving.getRegisteredName(Plain), "Custom>Plain");
  const model = new keras.Sequential([new keras.Input({ shape: [3] }), new Named({ factor: 5 })]);
  await model.save("memory://custom/named.keras");
  t.same((await keras.models.loadModel("memory://custom/named.keras"))(x).array(), [[5, 10, 15]]);
});

t.test("the functions of keras.saving that know names do what Keras's do", async (t) => {
  const { saving } = keras;
  class Own extends Scale {}
  t.equal(saving.getRegisteredName(Own), "Own", "not registered: its own name");
  t.equal(saving.getRegisteredName(twice), "twice");
  t.throws(() => saving.getRegisteredName("Own" as never), { name: "ArgumentError" });
  saving.registerKerasSerializable("pack", "Mine")(Own);
  t.equal(saving.getRegisteredName(Own), "pack>Mine");
  const known = saving.getCustomObjects();
  t.equal(known["pack>Mine"], Own);
  known["Beside"] = Scale;
  t.equal(saving.getRegisteredObject("Beside"), Scale, "what is written to getCustomObjects() counts");
  delete known["Beside"];
  t.equal(saving.getRegisteredObject("Beside"), null);
  for (const name of ["constructor", "__proto__", "toString"]) {
    t.equal(saving.getRegisteredObject(name, { customObjects: {}, moduleObjects: {} }), null, name);
  }
  class Other extends Scale {}
  t.equal(saving.getRegisteredObject("pack>Mine", { customObjects: { "pack>Mine": Other } }), Own, "what is registered comes first");
  t.equal(saving.getRegisteredObject("M", { customObjects: { M: Other }, moduleObjects: { M: Own } }), Other);
  t.equal(saving.getRegisteredObject("N", { customObjects: { M: Other }, moduleObjects: { N: Own } }), Own);
  t.throws(() => saving.registerKerasSerializable("pack")(class Plain {}), { name: "ValueError", message: /getConfig/ });
  const config = saving.serializeKerasObject(new Own({ factor: 4 })) as Record<string, unknown>;
  t.equal(config["registered_name"], "pack>Mine");
  delete known["pack>Mine"];
  t.throws(() => saving.deserializeKerasObject(config), { name: "UnknownNameError" });
  t.equal((saving.deserializeKerasObject(config, { customObjects: { Mine: Own } }) as Own).factor, 4, "by the name of the class");
  t.throws(() => saving.deserializeKerasObject(config, { Mine: Own } as never), { message: /customObjects, safeMode/ });
  const lambda = {
    module: "keras.layers",
    class_name: "Lambda",
    config: { name: "doubled", function: { class_name: "__lambda__", config: { code: "", defaults: null, closure: null } } },
  };
  const objects = { customObjects: { doubled: twice } };
  t.throws(() => saving.deserializeKerasObject(lambda, objects), { name: "ValueError", message: /safeMode: false/ });
  const layer = saving.deserializeKerasObject(lambda, { ...objects, safeMode: false }) as tf.keras.layers.Layer;
  t.same((layer(x) as tf.Tensor).array(), [[2, 4, 6]]);
});

t.test("layers write variables by name and files, and take them back", async (t) => {
  const layer = new Vocabulary();
  const model = new keras.Sequential([new keras.Input({ shape: [3] }), layer]);
  layer.table.assign([1, 2, 3]);
  layer.words = ["a", "ü"];
  const path = join(t.testdir(), "m.keras");
  await model.save(path);
  const loaded = await keras.models.loadModel(path, { customObjects: { Vocabulary } });
  t.same(loaded(x).array(), [[2, 4, 6]]);
  t.same((loaded.layers[0] as unknown as Vocabulary).words, ["a", "ü"]);
  for (const folder of [join(t.testdir({}), "folder.keras"), "memory://custom/folder.keras"]) {
    await model.save(folder, { zipped: false });
    const again = await keras.models.loadModel(folder, { customObjects: { Vocabulary } });
    t.same((again.layers[0] as unknown as Vocabulary).words, ["a", "ü"], "files of layers in a folder");
  }
  const other = new keras.Sequential([new keras.Input({ shape: [3] }), new keras.layers.Dense(3), new Vocabulary()]);
  const before = other.weights.map((weight) => weight.array());
  await t.rejects(other.loadWeights(path));
  t.same(other.weights.map((weight) => weight.array()), before, "what a hook refused changed nothing"); // prettier-ignore
});

t.test("a Sequential of one's own: its constructor gets the config, and the file's layers count", async (t) => {
  class Classifier extends keras.Sequential {
    readonly head: tf.keras.layers.Layer;
    constructor({ classes = 2, ...options }: { classes?: number; name?: string } = {}) {
      const head = new keras.layers.Dense(classes);
      super([new keras.Input({ shape: [3] }), new keras.layers.Dense(4), head], options);
      this.head = head;
    }
  }
  for (const classes of [2, 5]) {
    const model = new Classifier({ classes, name: "mine" });
    for (const ending of ["keras", "h5", "ckpt"]) {
      await model.save(`memory://custom/classifier.${ending}`);
      const loaded = await keras.models.loadModel(`memory://custom/classifier.${ending}`, { customObjects: { Classifier } });
      t.ok(loaded instanceof Classifier);
      t.equal(loaded.name, "mine");
      t.same(loaded(x).array(), model(x).array(), `${classes} classes, ${ending}`);
      t.equal((loaded as Classifier).head, loaded.layers.at(-1), "fields still are layers of the model");
    }
  }
});
