// How a model is calibrated: samples run through its blocks, whose layers are watched. It comes with the configs that look at data.

import { StateError, text, ValueError } from "../core/errors.js";
import { adoptTensor, type Tensor } from "../core/tensor.js";
import { concatenate, reshape, slice } from "../ops/index.js";
import type { LayerStructure, Observer, Tokenizer } from "./calibrated.js";
import type { CalibratedMatrix } from "./gptq.js";
import { tokenSamples } from "./tokens.js";

/** A layer, as far as a calibration knows it. */
interface Block {
  (x: Tensor): unknown;
  readonly name: string;
  flattenLayers(): readonly Block[];
}

/** A layer whose weight can be kept in few bits. */
interface Quantized extends Block {
  /** The weight that is to be, as a matrix; null where none is. */
  readonly waiting: Tensor | null;
  showInputs(to: ((x: Tensor) => void) | null): void;
  calibrate(made: CalibratedMatrix): void;
}

interface Calibrated {
  getQuantizationLayerStructure(mode: string): LayerStructure | null;
}

/** A config whose mode looks at data. */
export interface CalibratedConfig {
  readonly mode: string;
  readonly batchSize: number;
  readonly options: {
    readonly dataset: Iterable<unknown> | null;
    readonly tokenizer: Tokenizer | ((text: string) => unknown) | null;
    readonly numSamples: number;
    readonly sequenceLength: number;
    readonly quantizationLayerStructure: LayerStructure | null;
  };
  observer(): Observer;
}

/** A calibration, checked before anything changes. */
export interface Calibration {
  /** The layers that are quantized. */
  readonly covered: ReadonlySet<unknown>;
  run(): void;
}

/** What such a config offers to who quantizes a model. */
export interface Calibrating {
  calibration(where: string, model: Calibrated, isQuantized: (layer: unknown) => boolean): Calibration;
}

/** The calibration of a model. @throws ValueError where nobody says which layers are blocks */
export function planCalibration(
  where: string,
  model: Calibrated,
  config: CalibratedConfig,
  isQuantized: (layer: unknown) => boolean,
): Calibration {
  const { dataset, tokenizer, numSamples, sequenceLength } = config.options;
  const structure = config.options.quantizationLayerStructure ?? model.getQuantizationLayerStructure(config.mode);
  const blocks = (structure?.sequentialBlocks ?? []) as readonly Block[];
  if (blocks.length === 0)
    throw new ValueError(`${where}.quantizationLayerStructure`, {
      given: structure === null ? "none" : text(structure),
      expected: "{ preBlockLayers, sequentialBlocks }, in the config or from model.getQuantizationLayerStructure",
    });
  const inside = (block: Block): Block[] => [block, ...block.flattenLayers()].filter(isQuantized);
  const plan: Plan = {
    before: (structure!.preBlockLayers ?? []) as readonly Block[],
    blocks,
    covered: new Set(blocks.flatMap(inside)),
    samples: tokenSamples(where, dataset, tokenizer, numSamples, sequenceLength),
  };
  return { covered: plan.covered, run: () => calibrate(plan, config) };
}

/** What a calibration runs through. */
interface Plan {
  readonly before: readonly Block[];
  readonly blocks: readonly Block[];
  readonly covered: ReadonlySet<Block>;
  readonly samples: readonly Int32Array[];
}

/** Runs samples through the blocks, one after the other: each sees what the quantized ones before it give. */
function calibrate({ before, blocks, covered, samples }: Plan, config: CalibratedConfig): void {
  let inputs: Tensor[] = samples.map((ids) =>
    before.reduce<Tensor>((x, layer) => layer(x) as Tensor, adoptTensor(ids, [1, ids.length], "int32")),
  );
  const run = (block: Block, each: (output: Tensor) => void): void => {
    for (let i = 0; i < inputs.length; i += config.batchSize) each(first(block(concatenate(inputs.slice(i, i + config.batchSize), 0))));
  };
  for (const [i, block] of blocks.entries()) {
    const layers = [block, ...block.flattenLayers()].filter(
      (layer) => covered.has(layer) && (layer as Quantized).waiting !== null,
    ) as Quantized[];
    const observers = layers.map((layer) => {
      const observer = config.observer();
      const features = layer.waiting!.shape[0]!;
      layer.showInputs((x) => observer.see(reshape(x, [-1, features])));
      return observer;
    });
    try {
      if (layers.length > 0) run(block, () => {});
    } finally {
      for (const layer of layers) layer.showInputs(null);
    }
    layers.forEach((layer, place) => {
      const made = observers[place]!.finish(layer.waiting!);
      if (made) layer.calibrate(made);
      else
        throw new StateError(`${layer.name}.quantize`, {
          given: "a layer that no sample came to",
          expected: "a layer that its block calls",
          hint: "Leave it out with filters.",
        });
    });
    if (i === blocks.length - 1) break;
    const outputs: Tensor[] = [];
    run(block, (output) => {
      for (let row = 0; row < output.shape[0]!; row++)
        outputs.push(
          slice(
            output,
            output.shape.map((_, axis) => (axis === 0 ? row : 0)),
            [1, ...(output.shape.slice(1) as number[])],
          ),
        );
    });
    inputs = outputs;
  }
}

/** What a block hands on where it gives several things. */
const first = (output: unknown): Tensor => (Array.isArray(output) ? output[0] : output) as Tensor;
