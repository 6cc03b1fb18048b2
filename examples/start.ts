// npm start: trains a network on Fashion-MNIST, evaluates it, shows what it makes of ten test images. A checkpoint is saved after each
// epoch and when Ctrl-C ends the program; the next run goes on from there, in the middle of an epoch too.

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";
import { SimpleCNN, SimpleMLP } from "kerasm/models";
import { Keeper, Progress } from "./start/progress.js";
import { drawPredictions } from "./start/pictures.js";

const help = `Trains a network on Fashion-MNIST; run again, it goes on from where it was.

npm start -- [options]

  --epochs N       epochs to train (cnn: 10, mlp: 5)
  --batch-size N   images of one step (32)
  --model NAME     cnn: the guide's convolutional network; mlp: one hidden layer (cnn)
  --threads N      threads to compute on (all cores)
  --fresh          begin anew, whatever was saved
  --steps N        leave after N steps, as Ctrl-C would
  --help           this text

Checkpoints are saved in checkpoints/cnn and checkpoints/mlp. Ctrl-C saves and leaves.`;

const networks = {
  cnn: {
    epochs: 10,
    make: () => new SimpleCNN(),
    optimizer: () => {
      const learningRate = new keras.optimizers.schedules.ExponentialDecay(1e-4, 100000, 0.96, { staircase: true });
      return new keras.optimizers.RMSprop({ learningRate });
    },
  },
  mlp: { epochs: 5, make: () => new SimpleMLP(), optimizer: () => new keras.optimizers.Adam() },
};

interface Options {
  readonly network: keyof typeof networks;
  readonly epochs: number;
  readonly batchSize: number;
  readonly threads: number | undefined;
  readonly fresh: boolean;
  readonly steps: number;
}

/** What the command line asks for; ends the program where it asks for help, or for what there is not. */
function optionsOf(args: readonly string[]): Options {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const options = { epochs: text, "batch-size": text, model: text, threads: text, steps: text, fresh: flag, help: flag };
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    const network = values.model ?? "cnn";
    if (network !== "cnn" && network !== "mlp") throw new Error(`--model: given ${network}; expected cnn or mlp.`);
    const count = (name: "epochs" | "batch-size" | "threads" | "steps"): number | undefined => {
      const given = values[name];
      if (given === undefined || /^[1-9]\d*$/.test(given)) return given === undefined ? undefined : Number(given);
      throw new Error(`--${name}: given ${given}; expected a positive integer.`);
    };
    return {
      network,
      epochs: count("epochs") ?? networks[network].epochs,
      batchSize: count("batch-size") ?? 32,
      threads: count("threads"),
      fresh: values.fresh,
      steps: count("steps") ?? Infinity,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm start -- --help lists the options.`);
    process.exit(2);
  }
}

const options = optionsOf(process.argv.slice(2));
await tf.config.set(options.threads === undefined ? {} : { threads: options.threads });

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
const images = trainX.shape[0] as number;
const scaled = (x: tf.Tensor) => tf.expandDims(tf.cast(x, "float32").div(255), -1);
const batchesOf = (dataset: tf.data.Dataset<[tf.Tensor, tf.Tensor]>) => dataset.batch(options.batchSize).map((x, y) => [scaled(x), y]);
const train = batchesOf(tf.data.Dataset.fromTensorSlices([trainX, trainY]).shuffle(images));
const test = batchesOf(tf.data.Dataset.fromTensorSlices([testX, testY]));

const network = networks[options.network];
const model = network.make();
model.compile({
  optimizer: network.optimizer(),
  loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});

const progress = new Progress(images, options.batchSize);
const checkpoint = new tf.train.Checkpoint({ model, train, progress });
const manager = new tf.train.CheckpointManager(checkpoint, `checkpoints/${options.network}`, { maxToKeep: 3 });
const latest = options.fresh ? null : await manager.latestCheckpoint;
await checkpoint.restore(latest).catch((error: Error) => {
  console.error(`${error.message}\nnpm start -- --fresh begins anew.`);
  process.exit(1);
});
progress.plan(options.epochs);

model.build([null, 28, 28, 1]);
model.summary();
console.log(`${images} images to train on, ${testX.shape[0]} to test, ${tf.config.get().threads} threads.`);
console.log(latest === null ? "Training from the beginning." : `Going on from ${latest}: ${progress}.`);

const keeper = new Keeper(progress, options.steps, () => manager.save());
const fit = (data: AsyncIterable<unknown>, until: number) =>
  model.fit(data, { initialEpoch: progress.epochs, epochs: until, callbacks: [keeper] });
let interruptedAt = Infinity;
const interrupt = () => {
  // A second Ctrl-C leaves at once; npm passes on what the terminal has sent already, so it comes a while later.
  if (performance.now() - interruptedAt > 500) process.exit(130);
  interruptedAt = Math.min(interruptedAt, performance.now());
  keeper.interrupted = true;
};
process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
if (progress.images > 0 && !progress.isFinished) await fit(progress.restOf(train), progress.epochs + 1);
if (!keeper.interrupted && !progress.isFinished) await fit(train, progress.goal);
process.off("SIGINT", interrupt).off("SIGTERM", interrupt);

if (!progress.isFinished) {
  console.log(`\nSaved ${await manager.latestCheckpoint}: ${progress}. The next run goes on from there.`);
} else {
  const [loss, accuracy] = (await model.evaluate(test)) as [number, number];
  console.log(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}\n`);
  const shown = scaled(tf.slice(testX, [0, 0, 0], [10, 28, 28]));
  const probabilities = tf.nn.softmax((await model.predict(shown, { verbose: 0 })) as tf.Tensor);
  const labels = [...testY.data().subarray(0, 10)];
  console.log(drawPredictions(shown, probabilities, labels, fashionMnist.classNames, process.stdout.columns || 80));
  console.log(`\nSaved ${await manager.latestCheckpoint}: ${progress}. Run again to train on, or with --fresh to begin anew.`);
}
