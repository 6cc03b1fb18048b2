// keras.preprocessing.image: a table of contents.

export { arrayToImg, imgToArray, loadImg, saveImg } from "../data/images.js";
export { ImageDataGenerator } from "../data/older/image-data-generator.js";
export {
  applyAffineTransform,
  applyBrightnessShift,
  applyChannelShift,
  randomBrightness,
  randomChannelShift,
  randomRotation,
  randomShear,
  randomShift,
  randomZoom,
} from "../data/older/image-functions.js";
export { NumpyArrayIterator } from "../data/older/images/array-iterator.js";
export { ImageIterator as Iterator } from "../data/older/images/iterator.js";
export { smartResize } from "../ops/image/smart-resize.js";
