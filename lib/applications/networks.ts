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
 * VGG: 3 × 3 convolutions and poolings in a row; 16 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.VGG16({ weights: null })).countParams(); // 138357544
 * ```
 *
 * @see Simonyan and Zisserman 2014. Keras:
 * keras.applications.VGG16
 */
export const VGG16 = vgg("VGG16");
/**
 * VGG: 3 × 3 convolutions and poolings in a row; 19 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.VGG19({ weights: null })).countParams(); // 143667240
 * ```
 *
 * @see Simonyan and Zisserman 2014. Keras:
 * keras.applications.VGG19
 */
export const VGG19 = vgg("VGG19");
/**
 * Residual networks; V2 normalize before each convolution; 50 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet50({ weights: null })).countParams(); // 25636712
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet50
 */
export const ResNet50 = resnet("ResNet50");
/**
 * Residual networks; V2 normalize before each convolution; 101 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet101({ weights: null })).countParams(); // 44707176
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet101
 */
export const ResNet101 = resnet("ResNet101");
/**
 * Residual networks; V2 normalize before each convolution; 152 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet152({ weights: null })).countParams(); // 60419944
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet152
 */
export const ResNet152 = resnet("ResNet152");
/**
 * Residual networks; V2 normalize before each convolution; 50 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet50V2({ weights: null })).countParams(); // 25613800
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet50V2
 */
export const ResNet50V2 = resnet("ResNet50V2");
/**
 * Residual networks; V2 normalize before each convolution; 101 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet101V2({ weights: null })).countParams(); // 44675560
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet101V2
 */
export const ResNet101V2 = resnet("ResNet101V2");
/**
 * Residual networks; V2 normalize before each convolution; 152 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ResNet152V2({ weights: null })).countParams(); // 60380648
 * ```
 *
 * @see He et al. 2015, 2016. Keras:
 * keras.applications.ResNet152V2
 */
export const ResNet152V2 = resnet("ResNet152V2");
/**
 * Branches of convolutions beside each other; images of 299 × 299.
 *
 * ```ts
 * (await keras.applications.InceptionV3({ weights: null })).countParams(); // 23851784
 * ```
 *
 * @see Szegedy et al. 2016. Keras: keras.applications.InceptionV3
 */
export const InceptionV3 = inceptionV3("InceptionV3");
/**
 * Inception with residuals; images of 299 × 299.
 *
 * ```ts
 * (await keras.applications.InceptionResNetV2({ weights: null })).countParams(); // 55873736
 * ```
 *
 * @see Szegedy et al. 2017. Keras: keras.applications.InceptionResNetV2
 */
export const InceptionResNetV2 = inceptionResnetV2("InceptionResNetV2");
/**
 * Separable convolutions with residuals; images of 299 × 299.
 *
 * ```ts
 * (await keras.applications.Xception({ weights: null })).countParams(); // 22910480
 * ```
 *
 * @see Chollet 2017. Keras: keras.applications.Xception
 */
export const Xception = xception("Xception");
/**
 * Convolutions within channels, then across, for telephones; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.MobileNet({ weights: null })).countParams(); // 4253864
 * ```
 *
 * @see Howard et al. 2017. Keras:
 * keras.applications.MobileNet
 */
export const MobileNet = mobilenet("MobileNet");
/**
 * Inverted residuals; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.MobileNetV2({ weights: null })).countParams(); // 3538984
 * ```
 *
 * @see Sandler et al. 2018. Keras: keras.applications.MobileNetV2
 */
export const MobileNetV2 = mobilenetV2("MobileNetV2");
/**
 * Searched for telephones; images of any size.
 *
 * ```ts
 * (await keras.applications.MobileNetV3Small({ weights: null })).countParams(); // 2554968
 * ```
 *
 * @see Howard et al. 2019. Keras: keras.applications.MobileNetV3Small
 */
export const MobileNetV3Small = mobilenetV3("MobileNetV3Small");
/**
 * Searched for telephones; images of any size.
 *
 * ```ts
 * (await keras.applications.MobileNetV3Large({ weights: null })).countParams(); // 5507432
 * ```
 *
 * @see Howard et al. 2019. Keras: keras.applications.MobileNetV3Large
 */
export const MobileNetV3Large = mobilenetV3("MobileNetV3Large");
/**
 * Every layer sees all before it; 121 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.DenseNet121({ weights: null })).countParams(); // 8062504
 * ```
 *
 * @see Huang et al. 2017. Keras: keras.applications.DenseNet121
 */
export const DenseNet121 = densenet("DenseNet121");
/**
 * Every layer sees all before it; 169 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.DenseNet169({ weights: null })).countParams(); // 14307880
 * ```
 *
 * @see Huang et al. 2017. Keras: keras.applications.DenseNet169
 */
export const DenseNet169 = densenet("DenseNet169");
/**
 * Every layer sees all before it; 201 layers; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.DenseNet201({ weights: null })).countParams(); // 20242984
 * ```
 *
 * @see Huang et al. 2017. Keras: keras.applications.DenseNet201
 */
export const DenseNet201 = densenet("DenseNet201");
/**
 * Cells that were searched for; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.NASNetMobile({ weights: null })).countParams(); // 5326716
 * ```
 *
 * @see Zoph et al. 2018. Keras: keras.applications.NASNetMobile
 */
export const NASNetMobile = nasnet("NASNetMobile");
/**
 * Cells that were searched for; images of 331 × 331.
 *
 * ```ts
 * (await keras.applications.NASNetLarge({ weights: null })).countParams(); // 88949818
 * ```
 *
 * @see Zoph et al. 2018. Keras: keras.applications.NASNetLarge
 */
export const NASNetLarge = nasnet("NASNetLarge");
/**
 * Depth, width and size scaled together; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.EfficientNetB0({ weights: null })).countParams(); // 5330571
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB0
 */
export const EfficientNetB0 = efficientnet("EfficientNetB0");
/**
 * Depth, width and size scaled together; images of 240 × 240.
 *
 * ```ts
 * (await keras.applications.EfficientNetB1({ weights: null })).countParams(); // 7856239
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB1
 */
export const EfficientNetB1 = efficientnet("EfficientNetB1");
/**
 * Depth, width and size scaled together; images of 260 × 260.
 *
 * ```ts
 * (await keras.applications.EfficientNetB2({ weights: null })).countParams(); // 9177569
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB2
 */
export const EfficientNetB2 = efficientnet("EfficientNetB2");
/**
 * Depth, width and size scaled together; images of 300 × 300.
 *
 * ```ts
 * (await keras.applications.EfficientNetB3({ weights: null })).countParams(); // 12320535
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB3
 */
export const EfficientNetB3 = efficientnet("EfficientNetB3");
/**
 * Depth, width and size scaled together; images of 380 × 380.
 *
 * ```ts
 * (await keras.applications.EfficientNetB4({ weights: null })).countParams(); // 19466823
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB4
 */
export const EfficientNetB4 = efficientnet("EfficientNetB4");
/**
 * Depth, width and size scaled together; images of 456 × 456.
 *
 * ```ts
 * (await keras.applications.EfficientNetB5({ weights: null })).countParams(); // 30562527
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB5
 */
export const EfficientNetB5 = efficientnet("EfficientNetB5");
/**
 * Depth, width and size scaled together; images of 528 × 528.
 *
 * ```ts
 * (await keras.applications.EfficientNetB6({ weights: null })).countParams(); // 43265143
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB6
 */
export const EfficientNetB6 = efficientnet("EfficientNetB6");
/**
 * Depth, width and size scaled together; images of 600 × 600.
 *
 * ```ts
 * (await keras.applications.EfficientNetB7({ weights: null })).countParams(); // 66658687
 * ```
 *
 * @see Tan and Le 2019. Keras: keras.applications.EfficientNetB7
 */
export const EfficientNetB7 = efficientnet("EfficientNetB7");
/**
 * Smaller and faster to train; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2B0({ weights: null })).countParams(); // 7200312
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B0
 */
export const EfficientNetV2B0 = efficientnetV2("EfficientNetV2B0");
/**
 * Smaller and faster to train; images of 240 × 240.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2B1({ weights: null })).countParams(); // 8212124
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B1
 */
export const EfficientNetV2B1 = efficientnetV2("EfficientNetV2B1");
/**
 * Smaller and faster to train; images of 260 × 260.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2B2({ weights: null })).countParams(); // 10178374
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B2
 */
export const EfficientNetV2B2 = efficientnetV2("EfficientNetV2B2");
/**
 * Smaller and faster to train; images of 300 × 300.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2B3({ weights: null })).countParams(); // 14467622
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2B3
 */
export const EfficientNetV2B3 = efficientnetV2("EfficientNetV2B3");
/**
 * Smaller and faster to train; images of 384 × 384.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2S({ weights: null })).countParams(); // 21612360
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2S
 */
export const EfficientNetV2S = efficientnetV2("EfficientNetV2S");
/**
 * Smaller and faster to train; images of 480 × 480.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2M({ weights: null })).countParams(); // 54431388
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2M
 */
export const EfficientNetV2M = efficientnetV2("EfficientNetV2M");
/**
 * Smaller and faster to train; images of 480 × 480.
 *
 * ```ts
 * (await keras.applications.EfficientNetV2L({ weights: null })).countParams(); // 119027848
 * ```
 *
 * @see Tan and Le 2021. Keras: keras.applications.EfficientNetV2L
 */
export const EfficientNetV2L = efficientnetV2("EfficientNetV2L");
/**
 * Convolutions with what transformers taught; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ConvNeXtTiny({ weights: null })).countParams(); // 28589128
 * ```
 *
 * @see Liu et al. 2022. Keras: keras.applications.ConvNeXtTiny
 */
export const ConvNeXtTiny = convnext("ConvNeXtTiny");
/**
 * Convolutions with what transformers taught; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ConvNeXtSmall({ weights: null })).countParams(); // 50223688
 * ```
 *
 * @see Liu et al. 2022. Keras: keras.applications.ConvNeXtSmall
 */
export const ConvNeXtSmall = convnext("ConvNeXtSmall");
/**
 * Convolutions with what transformers taught; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ConvNeXtBase({ weights: null })).countParams(); // 88591464
 * ```
 *
 * @see Liu et al. 2022. Keras: keras.applications.ConvNeXtBase
 */
export const ConvNeXtBase = convnext("ConvNeXtBase");
/**
 * Convolutions with what transformers taught; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ConvNeXtLarge({ weights: null })).countParams(); // 197767336
 * ```
 *
 * @see Liu et al. 2022. Keras: keras.applications.ConvNeXtLarge
 */
export const ConvNeXtLarge = convnext("ConvNeXtLarge");
/**
 * Convolutions with what transformers taught; images of 224 × 224.
 *
 * ```ts
 * (await keras.applications.ConvNeXtXLarge({ weights: null })).countParams(); // 350196968
 * ```
 *
 * @see Liu et al. 2022. Keras: keras.applications.ConvNeXtXLarge
 */
export const ConvNeXtXLarge = convnext("ConvNeXtXLarge");
