import t from "tap";
import * as keras from "../../lib/api/keras.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { layers } = keras;
const { Distiller, FeatureDistillation, LogitsDistillation } = keras.distillation;
const quiet = { verbose: 0 } as const;
const x = tf.constant(
  Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * 5)),
  { shape: [60, 2] },
);
const y = tf.constant(Int32Array.from({ length: 60 }, (_, i) => (x.data()[i * 2]! > 0 ? 1 : 0)));

function network(units: number, name: string, seed = 4): keras.Sequential {
  keras.utils.setRandomSeed(seed);
  return new keras.Sequential(
    [
      new keras.Input({ shape: [2] }),
      new layers.Dense(units, { activation: "relu", name: "hidden" }),
      new layers.Dense(2, { name: "logits" }),
    ],
    { name },
  );
}

t.test("losses are what their formulas say", (t) => {
  const [teacher, student] = [tf.constant([[1, 3], [2, -1]]), tf.constant([[0, 1], [1, 1]])]; // prettier-ignore
  const softmax = (row: readonly number[]) => {
    const exps = row.map(Math.exp);
    const sum = exps.reduce((a, b) => a + b);
    return exps.map((value) => value / sum);
  };
  const temperature = 2;
  const rows = [0, 1].map((i) => {
    const soft = (logits: tf.Tensor) => softmax((logits.array() as number[][])[i]!.map((value) => value / temperature));
    const [p, q] = [soft(teacher), soft(student)];
    return p.reduce((sum, value, j) => sum + value * Math.log(value / q[j]!), 0);
  });
  const expected = ((rows[0]! + rows[1]!) / 2) * temperature ** 2;
  t.ok(Math.abs(new LogitsDistillation({ temperature }).computeLoss(teacher, student).item() - expected) < 1e-5);
  t.ok(
    Math.abs(
      new LogitsDistillation({ temperature, loss: new keras.losses.KLDivergence() }).computeLoss(teacher, student).item() - expected,
    ) < 1e-5,
  );
  t.equal(new LogitsDistillation({ temperature, loss: "mse" }).computeLoss(teacher, student).item(), (1 + 4 + 1 + 4) / 4 / 4);
  t.equal(new FeatureDistillation().computeLoss(teacher, student).item(), (1 + 4 + 1 + 4) / 4);
  const several = new FeatureDistillation({ loss: ["mse", null] });
  t.equal(several.computeLoss([teacher, teacher], [student, teacher]).item(), 10 / 4, "null leaves an output out");
  t.throws(() => new FeatureDistillation({ loss: [null, null] }), /expected a loss for one output at least/);
  t.throws(() => new LogitsDistillation({ temperature: 0 }), /^.*LogitsDistillation.temperature: given 0; expected a number above 0/);
  t.end();
});

for (const runEagerly of [false, true]) {
  t.test(`a student learns what a teacher knows (${runEagerly ? "eager" : "compiled"})`, async (t) => {
    const teacher = network(16, "teacher");
    const loss = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
    teacher.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 0.05 }), loss, metrics: ["accuracy"] });
    await teacher.fit(x, y, { ...quiet, epochs: 30 });
    const taught = teacher.getWeights();
    const student = network(4, "student", 9);
    const distiller = new Distiller(teacher, student, [new LogitsDistillation(), new FeatureDistillation({ loss: "mae" })], {
      distillationLossWeights: [1, 0.1],
      studentLossWeight: 0.2,
    });
    distiller.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 0.05 }), loss, metrics: ["accuracy"], runEagerly });
    const { history } = await distiller.fit(x, y, { ...quiet, epochs: 30 });
    t.strictSame(Object.keys(history).sort(), ["accuracy", "distillation_loss", "loss", "student_loss", "total_loss"]);
    t.ok(history["distillation_loss"]!.at(-1)! < history["distillation_loss"]![0]! / 2);
    const at = (name: string) => history[name]!.at(-1)!;
    t.ok(Math.abs(at("loss") - (0.2 * at("student_loss") + 0.8 * at("distillation_loss"))) < 0.05);
    t.strictSame(teacher.getWeights(), taught, "the teacher stays as it is");
    t.ok(history["accuracy"]!.at(-1)! > 0.9);
    t.strictSame((await distiller.predict(x, quiet)).array(), (await student.predict(x, quiet)).array());
  });
}

t.test("features inside of both models, configs, and what does not fit", async (t) => {
  const [teacher, student] = [network(5, "teacher"), network(5, "student", 9)];
  const features = new FeatureDistillation({ teacherLayerName: "hidden", studentLayerName: "hidden" });
  const distiller = new Distiller(teacher, student, features, { studentLossWeight: 0 });
  distiller.compile({ optimizer: new keras.optimizers.Adam({ learningRate: 0.05 }), loss: "mse" });
  const { history } = await distiller.fit(x, tf.oneHot(y, 2), { ...quiet, epochs: 20 });
  t.ok(history["loss"]!.at(-1)! < history["loss"]![0]! / 2);
  const again = keras.saving.deserializeKerasObject(keras.saving.serializeKerasObject(distiller)) as keras.distillation.Distiller;
  t.strictSame(again.getConfig()["distillation_losses"], distiller.getConfig()["distillation_losses"]);
  t.strictSame(again.student.getConfig(), student.getConfig());
  const says = async (action: () => unknown, expected: RegExp) => t.match(await messageOf(action), expected);
  await says(() => new Distiller(teacher, {} as never, features), /^Distiller.student: given \{\}; expected a model/);
  await says(() => new Distiller(teacher, student, []), /^Distiller.distillationLosses: given \[\]/);
  await says(() => new Distiller(teacher, student, features, { studentLossWeight: 2 }), /^Distiller.studentLossWeight: given 2/);
  await says(() => new Distiller(teacher, student, [features], { distillationLossWeights: [1, 2] }), /given 2 weights; expected 1/);
  await says(
    () => new Distiller(teacher, student, new FeatureDistillation({ teacherLayerName: "none" })),
    /given "none"; expected one of hidden/,
  );
  await says(() => distiller.compile({ loss: null }), /^distiller.compile.loss: given none/);
  const wide = new keras.Sequential([new keras.Input({ shape: [3] }), new layers.Dense(2)]);
  await says(
    () => new Distiller(teacher, wide, features),
    /^Distiller: given inputs float32 \[null, 2\] of the teacher and float32 \[null, 3\]/,
  );
});
