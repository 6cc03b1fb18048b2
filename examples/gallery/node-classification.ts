// Node classification with a graph network: papers of a made-up field, told apart by their words and by what they cite.
//   node build/examples/gallery/node-classification.js [--quick]

import { parseArgs } from "node:util";
import * as tf from "kerasm";
import * as keras from "kerasm/keras";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const { layers, ops } = keras;
keras.utils.setRandomSeed(1);

// Papers of four subjects; most citations stay within one, words tell it only roughly.
const [papers, subjects, words] = [quick ? 400 : 2000, 4, 30];
const subjectOf = (paper: number): number => (paper * 7919) % subjects;
const random = keras.random.uniform([papers * 8], { seed: 1 }).data();
const edges: [from: number, to: number][] = [];
for (let paper = 0; paper < papers; paper++)
  for (let k = 0; k < 4; k++) {
    let other = Math.floor(random[paper * 8 + k]! * papers);
    if (random[paper * 8 + 4 + k]! < 0.8) while (subjectOf(other) !== subjectOf(paper)) other = (other + 1) % papers;
    edges.push([paper, other], [other, paper]);
  }
const noise = keras.random.normal([papers, words], { seed: 2 }).array<number[][]>();
const features = tf.constant(
  noise.map((row, paper) => row.map((x, word) => Number(x + (word % subjects === subjectOf(paper) ? 0.35 : 0) > 1))),
);
const labels = tf.constant(Array.from({ length: papers }, (_, paper) => subjectOf(paper)), { dtype: "int32" }); // prettier-ignore
const [sources, targets] = [0, 1].map((end) =>
  tf.constant(
    edges.map((edge) => edge[end]!),
    { dtype: "int32" },
  ),
) as [tf.Tensor, tf.Tensor];
const degrees = ops.maximum(ops.segmentSum(ops.ones([edges.length, 1]), targets, papers), 1);

const ffn = (units: number): keras.Sequential =>
  new keras.Sequential([new layers.LayerNormalization(), new layers.Dropout(0.3), new layers.Dense(units, { activation: "gelu" })]);

/** Each node takes the mean of what its neighbours say, and makes of it and itself something new. */
class GraphConvolution extends layers.Layer {
  readonly message = ffn(32);
  readonly update = ffn(32);

  override call(nodes: tf.Tensor, { training }: { training?: boolean } = {}): tf.Tensor {
    const said = ops.take(this.message(nodes, { training }), sources, 0);
    const heard = tf.divide(ops.segmentSum(said, targets, papers), degrees);
    return this.update(ops.concatenate([nodes, heard], 1), { training });
  }
}

/** From numbers of papers to their subjects; the graph is the same for all. */
class NodeClassifier extends keras.Model {
  readonly before = ffn(32);
  readonly first = new GraphConvolution();
  readonly second = new GraphConvolution();
  readonly scores = new layers.Dense(subjects);

  constructor(readonly useGraph: boolean) {
    super();
  }

  override call(papers: tf.Tensor, { training }: { training?: boolean } = {}): tf.Tensor {
    let nodes = this.before(features, { training });
    if (this.useGraph) {
      nodes = tf.add(nodes, this.first(nodes, { training }));
      nodes = tf.add(nodes, this.second(nodes, { training }));
    }
    return this.scores(ops.take(nodes, papers, 0));
  }
}

// A tenth of the papers are known.
const all = ops.arange(papers);
const isKnown = tf.equal(ops.mod(ops.floorDivide(all, subjects), 10), 0);
const [known, unknown] = [ops.where(isKnown), ops.where(tf.logicalNot(isKnown))].map((places) =>
  ops.reshape((places as unknown as tf.Tensor[])[0]!, [-1]),
) as [tf.Tensor, tf.Tensor];
for (const useGraph of [false, true]) {
  const model = new NodeClassifier(useGraph);
  model.compile({
    optimizer: new keras.optimizers.Adam({ learningRate: 1e-2 }),
    loss: new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  await model.fit(known, ops.take(labels, known, 0), { batchSize: 64, epochs: quick ? 30 : 60, verbose: 0 });
  const [, accuracy] = (await model.evaluate(unknown, ops.take(labels, unknown, 0), { batchSize: 512, verbose: 0 })) as number[];
  console.log(`accuracy ${useGraph ? "with" : "without"} the graph ${accuracy!.toFixed(3)}`);
}
