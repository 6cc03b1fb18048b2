// keras.preprocessing.image: a table of contents.

export { arrayToImg, imgToArray, loadImg, saveImg } from "../data/images.js";
export { smartResize } from "../ops/image/smart-resize.js";
