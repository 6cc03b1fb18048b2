// The functions of keras.applications. A family of networks is loaded when the first of it is made.
//
// Each function promises a model: `await keras.applications.ResNet50({ weights: null })`. Options: includeTop (true), weights ("imagenet",
// null, or a path, URL or File), inputTensor, inputShape, pooling (null, "avg", "max"), classes (1000), classifierActivation ("softmax"),
// name; also by position, in Keras's order.

import { family } from "../core/lazily.js";
import "./layers.js";

const vgg = family(() => import("./families/vgg.js"));
const resnet = family(() => import("./families/resnet.js"));
const inceptionV3 = family(() => import("./families/inception-v3.js"));
const inceptionResnetV2 = family(() => import("./families/inception-resnet-v2.js"));
const xception = family(() => import("./families/xception.js"));
const mobilenet = family(() => import("./families/mobilenet.js"));
const mobilenetV2 = family(() => import("./families/mobilenet-v2.js"));
const mobilenetV3 = family(() => import("./families/mobilenet-v3.js"));
const densenet = family(() => import("./families/densenet.js"));
const nasnet = family(() => import("./families/nasnet.js"));
const efficientnet = family(() => import("./families/efficientnet.js"));
const efficientnetV2 = family(() => import("./families/efficientnet-v2.js"));
const convnext = family(() => import("./families/convnext.js"));

/**
 * VGG: 3 × 3 convolutions and poolings in a row; 16 layers; images of 224 × 224. @see Simonyan and Zisserman 2014. Keras:
 * keras.applications.VGG16
 */
export const VGG16 = vgg("VGG16");
/**
 * VGG: 3 × 3 convolutions and poolings in a row; 19 layers; images of 224 × 224. @see Simonyan and Zisserman 2014. Keras:
 * keras.applications.VGG19
 */
export const VGG19 = vgg("VGG19");
/**
 * Residual networks; V2 normalize before each convolution; 50 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet50
 */
export const ResNet50 = resnet("ResNet50");
/**
 * Residual networks; V2 normalize before each convolution; 101 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet101
 */
export const ResNet101 = resnet("ResNet101");
/**
 * Residual networks; V2 normalize before each convolution; 152 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet152
 */
export const ResNet152 = resnet("ResNet152");
/**
 * Residual networks; V2 normalize before each convolution; 50 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet50V2
 */
export const ResNet50V2 = resnet("ResNet50V2");
/**
 * Residual networks; V2 normalize before each convolution; 101 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet101V2
 */
export const ResNet101V2 = resnet("ResNet101V2");
/**
 * Residual networks; V2 normalize before each convolution; 152 layers; images of 224 × 224. @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet152V2
 */
export const ResNet152V2 = resnet("ResNet152V2");
/** Branches of convolutions beside each other; images of 299 × 299. @see Szegedy et al. 2016. Keras: keras.applications.InceptionV3 */
export const InceptionV3 = inceptionV3("InceptionV3");
/** Inception with residuals; images of 299 × 299. @see Szegedy et al. 2017. Keras: keras.applications.InceptionResNetV2 */
export const InceptionResNetV2 = inceptionResnetV2("InceptionResNetV2");
/** Separable convolutions with residuals; images of 299 × 299. @see Chollet 2017. Keras: keras.applications.Xception */
export const Xception = xception("Xception");
/**
 * Convolutions within channels, then across, for telephones; images of 224 × 224. @see Howard et al. 2017. Keras:
 * keras.applications.MobileNet
 */
export const MobileNet = mobilenet("MobileNet");
/** Inverted residuals; images of 224 × 224. @see Sandler et al. 2018. Keras: keras.applications.MobileNetV2 */
export const MobileNetV2 = mobilenetV2("MobileNetV2");
/** Searched for telephones; images of any size. @see Howard et al. 2019. Keras: keras.applications.MobileNetV3Small */
export const MobileNetV3Small = mobilenetV3("MobileNetV3Small");
/** Searched for telephones; images of any size. @see Howard et al. 2019. Keras: keras.applications.MobileNetV3Large */
export const MobileNetV3Large = mobilenetV3("MobileNetV3Large");
/** Every layer sees all before it; 121 layers; images of 224 × 224. @see Huang et al. 2017. Keras: keras.applications.DenseNet121 */
export const DenseNet121 = densenet("DenseNet121");
/** Every layer sees all before it; 169 layers; images of 224 × 224. @see Huang et al. 2017. Keras: keras.applications.DenseNet169 */
export const DenseNet169 = densenet("DenseNet169");
/** Every layer sees all before it; 201 layers; images of 224 × 224. @see Huang et al. 2017. Keras: keras.applications.DenseNet201 */
export const DenseNet201 = densenet("DenseNet201");
/** Cells that were searched for; images of 224 × 224. @see Zoph et al. 2018. Keras: keras.applications.NASNetMobile */
export const NASNetMobile = nasnet("NASNetMobile");
/** Cells that were searched for; images of 331 × 331. @see Zoph et al. 2018. Keras: keras.applications.NASNetLarge */
export const NASNetLarge = nasnet("NASNetLarge");
/** Depth, width and size scaled together; images of 224 × 224. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB0 */
export const EfficientNetB0 = efficientnet("EfficientNetB0");
/** Depth, width and size scaled together; images of 240 × 240. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB1 */
export const EfficientNetB1 = efficientnet("EfficientNetB1");
/** Depth, width and size scaled together; images of 260 × 260. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB2 */
export const EfficientNetB2 = efficientnet("EfficientNetB2");
/** Depth, width and size scaled together; images of 300 × 300. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB3 */
export const EfficientNetB3 = efficientnet("EfficientNetB3");
/** Depth, width and size scaled together; images of 380 × 380. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB4 */
export const EfficientNetB4 = efficientnet("EfficientNetB4");
/** Depth, width and size scaled together; images of 456 × 456. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB5 */
export const EfficientNetB5 = efficientnet("EfficientNetB5");
/** Depth, width and size scaled together; images of 528 × 528. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB6 */
export const EfficientNetB6 = efficientnet("EfficientNetB6");
/** Depth, width and size scaled together; images of 600 × 600. @see Tan and Le 2019. Keras: keras.applications.EfficientNetB7 */
export const EfficientNetB7 = efficientnet("EfficientNetB7");
/** Smaller and faster to train; images of 224 × 224. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B0 */
export const EfficientNetV2B0 = efficientnetV2("EfficientNetV2B0");
/** Smaller and faster to train; images of 240 × 240. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B1 */
export const EfficientNetV2B1 = efficientnetV2("EfficientNetV2B1");
/** Smaller and faster to train; images of 260 × 260. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B2 */
export const EfficientNetV2B2 = efficientnetV2("EfficientNetV2B2");
/** Smaller and faster to train; images of 300 × 300. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B3 */
export const EfficientNetV2B3 = efficientnetV2("EfficientNetV2B3");
/** Smaller and faster to train; images of 384 × 384. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2S */
export const EfficientNetV2S = efficientnetV2("EfficientNetV2S");
/** Smaller and faster to train; images of 480 × 480. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2M */
export const EfficientNetV2M = efficientnetV2("EfficientNetV2M");
/** Smaller and faster to train; images of 480 × 480. @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2L */
export const EfficientNetV2L = efficientnetV2("EfficientNetV2L");
/** Convolutions with what transformers taught; images of 224 × 224. @see Liu et al. 2022. Keras: keras.applications.ConvNeXtTiny */
export const ConvNeXtTiny = convnext("ConvNeXtTiny");
/** Convolutions with what transformers taught; images of 224 × 224. @see Liu et al. 2022. Keras: keras.applications.ConvNeXtSmall */
export const ConvNeXtSmall = convnext("ConvNeXtSmall");
/** Convolutions with what transformers taught; images of 224 × 224. @see Liu et al. 2022. Keras: keras.applications.ConvNeXtBase */
export const ConvNeXtBase = convnext("ConvNeXtBase");
/** Convolutions with what transformers taught; images of 224 × 224. @see Liu et al. 2022. Keras: keras.applications.ConvNeXtLarge */
export const ConvNeXtLarge = convnext("ConvNeXtLarge");
/** Convolutions with what transformers taught; images of 224 × 224. @see Liu et al. 2022. Keras: keras.applications.ConvNeXtXLarge */
export const ConvNeXtXLarge = convnext("ConvNeXtXLarge");
