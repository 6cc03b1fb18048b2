// Networks of keras.applications at 224 × 224: what a prediction takes, beside the same network as ONNX in onnxruntime-web, and in PyTorch;
// what building one takes.

import { keras } from "../../lib/index.js";
import * as tf from "../../lib/index.js";
import type { Case } from "../harness/case.js";
import { onnxOf } from "../harness/onnx.js";

/** Multiplications and additions of one image. */
const flops = { MobileNetV2: 0.6e9, ResNet50: 7.7e9, EfficientNetB0: 0.78e9 } as const;
type Name = keyof typeof flops;

const made = (name: Name): Promise<keras.Model> => keras.applications[name]({ weights: null });

/** The bytes of a network as an ONNX file; the peer's process asks for them. */
export const exported = async (name: Name): Promise<Uint8Array> => onnxOf(await made(name));

const image = (batch: number) => tf.random.uniform([batch, 224, 224, 3], { minval: 0, maxval: 255, seed: 1 });

const prediction = (name: Name, batch: number): Case[] => {
  const work = { flops: flops[name] * batch };
  return [
    {
      name: `prediction ${name} 224 batch ${batch}`,
      work,
      async ours() {
        const [model, x] = [await made(name), image(batch)];
        return () => model.predictOnBatch(x);
      },
      peers: {
        torch: { setup: `import applications\npredict = applications.prediction("${name}", ${batch})`, run: "predict()" },
        ort: {
          setup: `
            const { exported } = await import(${JSON.stringify(import.meta.url)});
            const session = await ort.InferenceSession.create(await exported("${name}"));
            const input = { [session.inputNames[0]]: new ort.Tensor("float32", new Float32Array(${batch} * 224 * 224 * 3).fill(100), [${batch}, 224, 224, 3]) };`,
          run: "return session.run(input);",
        },
      },
    },
    {
      name: `prediction ${name} 224 batch ${batch}, normalization folded`,
      work,
      async ours() {
        const [model, x] = [await (await made(name)).optimizeForInference(), image(batch)];
        return () => model.predictOnBatch(x);
      },
    },
  ];
};

/** A step with the loss of indices and momentum, normalization by each batch's own statistics. */
const training = (name: "MobileNetV2" | "ResNet50", batch: number): Case => ({
  name: `training step ${name} 224 batch ${batch}`,
  work: { flops: 3 * flops[name] * batch },
  async ours() {
    const model = await made(name);
    const optimizer = new keras.optimizers.SGD({ learningRate: 1e-2, momentum: 0.9 });
    model.compile({ optimizer, loss: new keras.losses.SparseCategoricalCrossentropy() });
    const [x, y] = [image(batch), tf.zeros([batch], "int32")];
    await model.trainOnBatch(x, y);
    const train = model.makeTrainFunction();
    return () => void train([[x, y]]);
  },
  peers: { torch: { setup: `import applications\nstep = applications.training_step("${name}", ${batch})`, run: "step()" } },
});

const building = (name: "ResNet50" | "EfficientNetB7"): Case => ({
  name: `building ${name}`,
  ours: () => () => keras.applications[name]({ weights: null }),
});

export const applications: readonly Case[] = [
  ...(Object.keys(flops) as Name[]).flatMap((name) => [1, 8].flatMap((batch) => prediction(name, batch))),
  training("MobileNetV2", 8),
  training("ResNet50", 8),
  building("ResNet50"),
  building("EfficientNetB7"),
];
