// Where the package differs from Keras on purpose, each with its reason.

import { absent } from "../../lib/api/absent.js";
import { spelledHere } from "./interface.js";

/** Why a name of Keras makes no sense here. */
export const absence = (name: string): string | undefined => absent.find(({ names }) => names.includes(spelledHere(name)))?.reason;

/** Names, parameters and members that other plans bring. */
const waiting: readonly { readonly names: RegExp; readonly plan: string }[] = [
  { names: /^keras\.applications\./, plan: "applications" },
  {
    names: /^keras\.utils\.(FeatureSpace|(audio|image|text)_dataset_from_directory|(load|save)_img|array_to_img|img_to_array)$/,
    plan: "preprocessing",
  },
  { names: /^keras\.preprocessing\.image\.smart_resize$/, plan: "preprocessing" },
  { names: /^keras\.layers\.(MelSpectrogram|STFTSpectrogram)$/, plan: "preprocessing" },
];

export const waitingFor = (name: string): string | undefined => waiting.find(({ names }) => names.test(name))?.plan;

interface Deviation {
  /** Of Keras's name. */
  readonly names: RegExp;
  /** Of the sentence that says what differs. */
  readonly difference: RegExp;
  readonly reason: string;
}

export const deviations: readonly Deviation[] = [
  {
    names: /^keras\.optimizers\.Muon$/,
    difference: /^method (transposeLastAxis|lrAdjust|zeropowerViaNewtonschulz5) is missing/,
    reason: "an inner step of Keras's update",
  },
  {
    names: /^keras\.layers\.(Discretization|Normalization|TextVectorization)$/,
    difference: /^method (updateState|finalizeState|resetState|saveAssets|loadAssets) is missing/,
    reason: "a step of adapt, of saving or of loading, which do all of it",
  },
  {
    names: /^keras\.layers\.MelSpectrogram$/,
    difference: /^method linearToMelWeightMatrix is missing/,
    reason: "an inner step; tf.signal.linearToMelWeightMatrix gives the matrix",
  },
  {
    names: /^keras\.layers\.CategoryEncoding$/,
    difference: /^parameter numTokens has no default/,
    reason: "Keras refuses its own default",
  },
  {
    names: /^keras\.callbacks\.TensorBoard$/,
    difference: /^property summary is missing/,
    reason: "TensorFlow's module, which Keras calls; tf.summary is that module",
  },
  {
    names: /^keras\.distribution\./,
    difference: /^property backend(Mesh|Layout) is missing/,
    reason: "what a backend of Keras has behind it",
  },
  {
    names: /^keras\.tree\.map_structure$/,
    difference: /^parameter noneIsLeaf is missing/,
    reason: "null is a leaf; structures follow each other, so that there is no place for an option",
  },
  {
    names: /^keras\.saving\.register_keras_serializable$/,
    difference: /^parameter (package|name) is missing/,
    reason: "options, or arguments of a decorator: what is given is told apart by its kind",
  },
  {
    names: /^keras\.distillation\.Distiller$/,
    difference: /^parameter name is null/,
    reason: "its constructor has Keras's default, which the options of all models do not show",
  },
  {
    names: /^keras\.utils\.FeatureSpace$/,
    difference: /^method save is missing/,
    reason: "is kept with the model that has it: model.save",
  },
  {
    names: /^keras\.saving\.KerasFileEditor$/,
    difference: /./,
    reason: "files are read asynchronously: KerasFileEditor.open gives the editor, which has these methods",
  },
  {
    names: /^keras\.preprocessing\.image\.smart_resize$/,
    difference: /^parameter dataFormat is null/,
    reason: "null is keras.config.imageDataFormat()",
  },
  {
    names: /^keras\.layers\.(Average|Max)Pooling\dD$/,
    difference: /^parameter poolSize has the default/,
    reason: "more than Keras has: a default in every rank",
  },
  {
    names: /^keras\.metrics\.\w*IoU$/,
    difference: /^parameter dtype is "int32"/,
    reason: "the counts of a confusion matrix, which Keras's null stands for",
  },
  {
    names: /^keras\.layers\.InputLayer$/,
    difference: /^parameter (sparse|ragged) is false/,
    reason: "Keras's null means false",
  },
  {
    names: /^keras\.Optimizer$/,
    difference: /learningRate has the default/,
    reason: "more than Keras has: optimizers of one's own begin with a rate",
  },
  {
    names: /^keras\.optimizers\.LossScaleOptimizer$/,
    difference: /initialScale/,
    reason: "the same number, which Keras writes as an expression: 2 to the 15th",
  },
  {
    names: /^keras\.ops\.(custom_gradient|fori_loop|while_loop|scan|cond|map|switch|associative_scan)$/,
    difference: /^(parameter|order)/,
    reason: "keeps the types of what it carries, so its functions go by position",
  },
  {
    names: /^keras\.Variable$/,
    difference: /^method numpy is missing/,
    reason: "there is no NumPy: array() gives nested arrays, data() a typed array",
  },
  {
    names: /^keras\.Variable$/,
    difference: /^property handle is missing/,
    reason: "what a backend of Keras has behind a variable: here it is the variable itself",
  },
  {
    names: /^keras\.ops\.polar$/,
    difference: /abs_/,
    reason: "the underscore is Python's, where abs is taken",
  },
  {
    names: /^keras\.(regularizers|constraints|initializers)\./,
    difference: /^alias .* another object/,
    reason: "the lower-case name is a function that needs no new",
  },
  {
    names: /^keras\.layers\./,
    difference: /^method (convertWeight|transformSingle\w+|get(Clipped|Shifted)Bbox|getTransformedXY|getElasticTransformParams) is missing/,
    reason: "an inner step of Keras's augmentation layers; a layer of one's own overrides transformImages and its kin",
  },
  {
    names: /^keras\.layers\./,
    difference: /^parameter factor is missing/,
    reason: "Keras takes it from the base class of augmentation layers and does nothing with it",
  },
  {
    names: /^keras\.(Layer|Model|Sequential|layers\.\w+)$/,
    difference: /^(method|property) (quantizedBuild|quantizedCall|variableSerializationSpec|gptqUnpackedColumnSize)\b/,
    reason: "an inner step of Keras's quantized layers",
  },
  {
    names: /^keras\.quantizers\.(AbsMaxQuantizer|abs_max_quantize\w*)$/,
    difference: /^parameter epsilon is 1e-7/,
    reason: "the same number, which Keras writes as an expression",
  },
  {
    names: /^keras\.quantizers\.(AWQ|GPTQ)Config$/,
    difference: /^parameter (dataset|tokenizer) has the default null/,
    reason: "a config that is read from a file has neither",
  },
];

export const deviationOf = (name: string, difference: string): string | undefined =>
  deviations.find((each) => each.names.test(name) && each.difference.test(difference))?.reason;

/** Whether a default means what Keras's means. */
export function isEqualHere(name: string, theirs: unknown, mine: unknown): boolean {
  const shown = JSON.stringify(theirs);
  if (shown === JSON.stringify(mine ?? null)) return true;
  // Python's None of an activation is the identity, which is called linear.
  if (name === "activation" && theirs === null) return mine === "linear";
  // What Keras computes from its settings when it is loaded.
  if (shown === '{"$expr":"backend.epsilon()"}') return mine === 1e-7;
  // One number stands for the same number on every axis and side.
  if (typeof mine === "number" && Array.isArray(theirs)) return theirs.length > 0 && theirs.every((each) => isEqualHere(name, each, mine));
  // None and an absent option are one; so are None and what it stands for.
  if (theirs === null) return mine === "" || (Array.isArray(mine) && mine.length === 0);
  return false;
}
