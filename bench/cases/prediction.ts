import { compiled, networks, samples, type Network, type NetworkName } from "../networks.js";
import * as tf from "../../lib/index.js";
import { generator, gptSizes, gptStep, gptWeightBytes } from "../gpt.js";
import type { Case, Code } from "../harness/case.js";
import { onnxOf } from "../harness/onnx.js";
import { tfjsPrediction } from "./peer-networks.js";

/** The bytes of a network as an ONNX file; the peer's process asks for them. */
export function exported(name: NetworkName): Promise<Uint8Array> {
  const { shape, vocabulary }: Network = networks[name];
  return onnxOf(compiled(name), new tf.TensorSpec([null, ...shape], vocabulary ? "int32" : "float32"));
}

const ort = (name: NetworkName, batch: number, { shape, vocabulary }: Network): Code => {
  const dims = [batch, ...shape];
  const count = dims.reduce((a, b) => a * b);
  return {
    setup: `
      const { exported } = await import(${JSON.stringify(import.meta.url)});
      const session = await ort.InferenceSession.create(await exported("${name}"));
      const data = ${vocabulary ? "Int32" : "Float32"}Array.from({ length: ${count} }, () => ${vocabulary ? `Math.random() * ${vocabulary}` : "Math.random()"});
      const type = session.inputMetadata[0].type;
      const values = type === "int64" ? BigInt64Array.from(data, (value) => BigInt(Math.floor(value))) : type === "float32" ? Float32Array.from(data) : data;
      const input = { [session.inputNames[0]]: new ort.Tensor(type, values, [${dims}]) };`,
    run: "return session.run(input);",
  };
};

function prediction(name: NetworkName, batch: number, quick: boolean): Case {
  const network: Network = networks[name];
  const tfjs = name === "resnet" || name === "gpt" ? {} : { "tfjs-wasm": tfjsPrediction(name, batch) };
  return {
    name: `prediction ${name} batch ${batch}`,
    work: { flops: network.flops * batch },
    quick,
    ours() {
      const model = compiled(name);
      const [x] = samples(network, batch);
      return () => model.predictOnBatch(x);
    },
    peers: {
      torch: { setup: `import models\npredict = models.prediction("${name}", ${batch})`, run: "predict()" },
      ort: ort(name, batch, network),
      ...tfjs,
    },
  };
}

/** The network of one token, with what earlier ones left kept, as an ONNX file. */
export const exportedStep = (): Promise<Uint8Array> => onnxOf(gptStep());

/** A call generates 80 tokens. */
const generation: Case = {
  name: "generation of 80 tokens, gpt, keys and values kept",
  work: { bytes: 80 * gptWeightBytes },
  ours: generator,
  peers: {
    torch: { setup: "import gpt\ngenerate = gpt.generator()", run: "generate()" },
    ort: {
      setup: `
        const { exportedStep } = await import(${JSON.stringify(import.meta.url)});
        const session = await ort.InferenceSession.create(await exportedStep());
        const { tokens, width, heads, vocabulary } = ${JSON.stringify(gptSizes)};
        const whole = (value) => new ort.Tensor("int32", Int32Array.of(value), [1, 1]);
        const empty = () => new ort.Tensor("float32", new Float32Array(tokens * heads * width), [1, tokens, heads, width]);
        const likeliest = (data) => { let best = 0; for (let i = 1; i < vocabulary; i++) if (data[i] > data[best]) best = i; return best; };
        const [logits, keysOut, valuesOut] = session.outputNames;`,
      run: `return (async () => {
        let [token, keys, values] = [1, empty(), empty()];
        for (let i = 0; i < tokens; i++) {
          const out = await session.run({ token: whole(token), position: whole(i), keys, values });
          [token, keys, values] = [likeliest(out[logits].data), out[keysOut], out[valuesOut]];
        }
      })();`,
    },
  },
};

export const predictions: readonly Case[] = [
  prediction("mlp", 1, true),
  prediction("cnn", 1, true),
  prediction("cnn", 32, true),
  prediction("resnet", 1, false),
  prediction("lstm", 1, true),
  prediction("gpt", 1, false),
  generation,
];
