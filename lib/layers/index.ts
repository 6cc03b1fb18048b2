// keras.layers: a table of contents, one line per module.

export { Activation } from "./activations/activation.js";
export { ELU } from "./activations/elu.js";
export { LeakyReLU } from "./activations/leaky-relu.js";
export { PReLU } from "./activations/prelu.js";
export { ReLU } from "./activations/relu.js";
export { Softmax } from "./activations/softmax.js";
export { ThresholdedReLU } from "./activations/thresholded-relu.js";
export { AdditiveAttention, Attention } from "./attention/attention.js";
export { GroupedQueryAttention as GroupQueryAttention } from "./attention/grouped-query-attention.js";
export { MultiHeadAttention } from "./attention/multi-head-attention.js";
export { MelSpectrogram } from "./audio/mel-spectrogram.js";
export { STFTSpectrogram } from "./audio/stft-spectrogram.js";
export {
  RandomBrightness,
  RandomColorDegeneration,
  RandomColorJitter,
  RandomContrast,
  RandomGrayscale,
  RandomHue,
  RandomInvert,
  RandomPosterization,
  RandomSaturation,
  Solarization,
} from "./augmentation/color.js";
export { CenterCrop, MaxNumBoundingBoxes, RandomCrop, RandomFlip, Resizing } from "./augmentation/framing.js";
export { RandomGaussianBlur, RandomSharpness } from "./augmentation/filtering.js";
export { AutoContrast, ContrastLimitedAdaptiveHistogramEqualization, Equalization } from "./augmentation/histogram.js";
export type { Boxes, ImageData, Transformation } from "./augmentation/image-layer.js";
export { CutMix, MixUp, RandomErasing } from "./augmentation/mixing.js";
export { AugMix, Pipeline, RandAugment } from "./augmentation/policies.js";
export {
  RandomElasticTransform,
  RandomPerspective,
  RandomRotation,
  RandomShear,
  RandomTranslation,
  RandomZoom,
} from "./augmentation/warping.js";
export { InputSpec, type InputSpecOptions } from "./base/input-spec.js";
export type { LayerOptions } from "./base/options.js";
export type { WeightOptions } from "./base/state.js";
export { Wrapper } from "./base/wrapper.js";
export type { CallOptions, LayerInput, Mask } from "./base/types.js";
export { Conv1D, Conv1D as Convolution1D, Conv2D, Conv2D as Convolution2D, Conv3D, Conv3D as Convolution3D } from "./convolutional/conv.js";
export {
  Conv1DTranspose,
  Conv1DTranspose as Convolution1DTranspose,
  Conv2DTranspose,
  Conv2DTranspose as Convolution2DTranspose,
  Conv3DTranspose,
  Conv3DTranspose as Convolution3DTranspose,
} from "./convolutional/conv-transpose.js";
export {
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv1D as SeparableConvolution1D,
  SeparableConv2D,
  SeparableConv2D as SeparableConvolution2D,
} from "./convolutional/depthwise-conv.js";
export { Dense } from "./core/dense.js";
export { EinsumDense } from "./core/einsum-dense.js";
export { Embedding } from "./core/embedding.js";
export { Identity } from "./core/identity.js";
export { Input, InputLayer, type InputOptions } from "./core/input-layer.js";
export { Lambda } from "./core/lambda.js";
export { Masking } from "./core/masking.js";
export { ReversibleEmbedding } from "./core/reversible-embedding.js";
export { TernaryDense } from "./core/ternary-dense.js";
export { deserialize, serialize } from "./identifiers.js";
export { Layer } from "./layer.js";
export { Add, Average, Subtract } from "./merging/arithmetic.js";
export { Concatenate } from "./merging/concatenate.js";
export { Dot } from "./merging/dot.js";
export { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from "./merging/functional.js";
export { Maximum, Minimum, Multiply } from "./merging/masked.js";
export { BatchNormalization } from "./normalization/batch-normalization.js";
export { GroupNormalization } from "./normalization/group-normalization.js";
export { LayerNormalization } from "./normalization/layer-normalization.js";
export { RMSNormalization } from "./normalization/rms-normalization.js";
export { SpectralNormalization } from "./normalization/spectral-normalization.js";
export { UnitNormalization } from "./normalization/unit-normalization.js";
export {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
} from "./pooling/adaptive-pooling.js";
export {
  AveragePooling1D,
  AveragePooling1D as AvgPool1D,
  AveragePooling2D,
  AveragePooling2D as AvgPool2D,
  AveragePooling3D,
  AveragePooling3D as AvgPool3D,
} from "./pooling/average-pooling.js";
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  GlobalAveragePooling3D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling1D as GlobalMaxPool1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling2D as GlobalMaxPool2D,
  GlobalMaxPooling3D,
  GlobalMaxPooling3D as GlobalMaxPool3D,
} from "./pooling/global-pooling.js";
export {
  MaxPooling1D,
  MaxPooling1D as MaxPool1D,
  MaxPooling2D,
  MaxPooling2D as MaxPool2D,
  MaxPooling3D,
  MaxPooling3D as MaxPool3D,
} from "./pooling/max-pooling.js";
export { CategoryEncoding } from "./preprocessing/category-encoding.js";
export { Discretization } from "./preprocessing/discretization.js";
export { HashedCrossing } from "./preprocessing/hashed-crossing.js";
export { Hashing } from "./preprocessing/hashing.js";
export { IntegerLookup } from "./preprocessing/integer-lookup.js";
export { Normalization } from "./preprocessing/normalization.js";
export { StringLookup } from "./preprocessing/string-lookup.js";
export { TextVectorization } from "./preprocessing/text-vectorization.js";
export { Rescaling } from "./preprocessing/rescaling.js";
export { ActivityRegularization } from "./regularization/activity-regularization.js";
export { AlphaDropout } from "./regularization/alpha-dropout.js";
export { Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D } from "./regularization/dropout.js";
export { GaussianDropout, GaussianNoise } from "./regularization/noise.js";
export { Cropping1D, Cropping2D, Cropping3D } from "./reshaping/cropping.js";
export { Flatten } from "./reshaping/flatten.js";
export { Permute } from "./reshaping/permute.js";
export { RepeatVector } from "./reshaping/repeat-vector.js";
export { Reshape } from "./reshaping/reshape.js";
export { UpSampling1D, UpSampling2D, UpSampling3D } from "./reshaping/up-sampling.js";
export { ZeroPadding1D, ZeroPadding2D, ZeroPadding3D } from "./reshaping/zero-padding.js";
export { Bidirectional } from "./rnn/bidirectional.js";
export type { Cell, CellOptions, States } from "./rnn/cell.js";
export { ConvLSTM1D, ConvLSTM2D, ConvLSTM3D } from "./rnn/conv-lstm.js";
export { GRUCell } from "./rnn/gru-cell.js";
export { LSTMCell } from "./rnn/lstm-cell.js";
export { GRU, LSTM, SimpleRNN } from "./rnn/recurrent.js";
export { RNN } from "./rnn/rnn.js";
export { SimpleRNNCell } from "./rnn/simple-rnn-cell.js";
export { StackedRNNCells } from "./rnn/stacked-rnn-cells.js";
export { TimeDistributed } from "./rnn/time-distributed.js";
