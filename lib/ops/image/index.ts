// keras.ops.image, but for what draws random numbers

export { hsvToRgb, rgbToGrayscale, rgbToHsv } from "./color.js";
export { gaussianBlur, sobelEdges, ssim } from "./filters.js";
export { cropImages, padImages } from "./framing.js";
export { extractPatches, extractPatches3d, reconstructPatches } from "./patches.js";
export { resize, scaleAndTranslate } from "./resize.js";
export { affineTransform, mapCoordinates, perspectiveTransform } from "./sampling.js";
