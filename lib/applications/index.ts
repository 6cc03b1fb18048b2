// keras.applications: a table of contents. The functions promise a model, `await keras.applications.ResNet50({ weights: null })`; each
// network's module has its preprocessing beside it, `keras.applications.resnet.preprocessInput(images)`.

export * from "./networks.js";
export * as vgg16 from "./modules/vgg16.js";
export * as vgg19 from "./modules/vgg19.js";
export * as resnet50 from "./modules/resnet50.js";
export * as resnet from "./modules/resnet.js";
export * as resnetV2 from "./modules/resnet-v2.js";
export * as inceptionV3 from "./modules/inception-v3.js";
export * as inceptionResnetV2 from "./modules/inception-resnet-v2.js";
export * as xception from "./modules/xception.js";
export * as mobilenet from "./modules/mobilenet.js";
export * as mobilenetV2 from "./modules/mobilenet-v2.js";
export * as mobilenetV3 from "./modules/mobilenet-v3.js";
export * as densenet from "./modules/densenet.js";
export * as nasnet from "./modules/nasnet.js";
export * as efficientnet from "./modules/efficientnet.js";
export * as efficientnetV2 from "./modules/efficientnet-v2.js";
export * as convnext from "./modules/convnext.js";
export * as imagenetUtils from "./modules/imagenet-utils.js";
export type { ClassNames, DecodeOptions, Prediction } from "./predictions.js";
export { setWeightsSource, weightsSource, type WeightsSource } from "./weights.js";
