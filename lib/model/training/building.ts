// Makes the variables of a model and of its optimizer before steps are traced: by inferring what a step would do with batches like the
// first.

import { platform } from "#platform";
import { Strings, symbolicStrings } from "../../core/strings.js";
import { symbolic, Tensor } from "../../core/tensor.js";
import { mapTree, type Tree } from "../../core/tree.js";
import { unpackXYSampleWeight } from "../../data/pack.js";
import { inferOnly } from "../../layers/base/infer.js";
import { ready } from "../../runtime/machine.js";
import { pause } from "../../runtime/parts.js";
import type { Batch } from "./batches.js";
import type { Compiled } from "./compiled.js";
import type { EpochBatches } from "./epochs.js";
import { callModel, type Trained } from "./trained.js";

/** Makes all variables for batches like the first one, so that steps find them. @returns the first batch */
export async function buildFor(trained: Trained, method: string, batches: EpochBatches): Promise<Batch> {
  const batch = await batches.peek(method);
  if (!platform.mayBlock) await ready().then(pause);
  build(trained, method, trained.compiledFor(method), batch);
  return batch;
}

/** Makes all variables for batches like this one, where they are not there yet. */
export function build(trained: Trained, method: string, state: Compiled, batch: Batch): void {
  const { model } = trained;
  trained.distribution.scope(() => {
    if (!isBuilt(trained, state) && !state.runEagerly && trained.hasUsualStep()) infer(trained, state, batch, trainingMethods.has(method));
    if (!state.optimizer.built && model.built) state.optimizer.build(model.trainableWeights);
  });
  checkPlace(trained, method);
}

/** Whether every variable is there that steps will want, but for the optimizer's. */
export function isBuilt({ model }: Trained, state: Compiled): boolean {
  return state.built && model.built && model.flattenLayers().every((layer) => layer.built);
}

/** @throws StateError where variables belong to other replicas than those of the present strategy */
export function checkPlace(trained: Trained, method: string): void {
  const { model } = trained;
  trained.distribution.check(`${model.name}.${method}`, () => [...model.weights, ...model.metrics.flatMap(({ variables }) => variables)]);
}

/** Methods whose steps train: a layer may give other shapes there. */
const trainingMethods: ReadonlySet<string> = new Set(["fit", "trainOnBatch", "profile"]);

function infer({ model }: Trained, state: Compiled, batch: Batch, training: boolean): void {
  const toSpec = (leaf: unknown) =>
    leaf instanceof Strings
      ? symbolicStrings(leaf.shape)
      : leaf instanceof Tensor
        ? symbolic({ shape: leaf.shape, dtype: leaf.dtype })
        : leaf;
  const specs = mapTree(batch as Tree<unknown>, toSpec) as unknown;
  const [x, y, sampleWeight] = unpackXYSampleWeight(specs);
  inferOnly(() => {
    const yPred = callModel(model, x, training);
    if (state.loss) model.computeLoss({ x, y, yPred, sampleWeight, training });
    model.computeMetrics(x, y, yPred, { sampleWeight });
  });
}
