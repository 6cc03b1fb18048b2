// keras.visualization. Galleries are drawn by a module that comes with the first one.

import { family } from "../core/lazily.js";

export { drawBoundingBoxes, drawSegmentationMasks } from "./draw.js";
export type { Boxes, ClassNames, ColorMapping } from "./draw.js";
export type { BoxGalleryOptions, GalleryOptions, ImageGalleryOptions, LegendHandle, MaskGalleryOptions } from "./gallery.js";

const gallery = family(() => import("./gallery.js"));

/** Shows images in rows and columns. */
export const plotImageGallery = gallery("plotImageGallery");
/** Shows images with true and predicted boxes. */
export const plotBoundingBoxGallery = gallery("plotBoundingBoxGallery");
/** Shows images beside their masks. */
export const plotSegmentationMaskGallery = gallery("plotSegmentationMaskGallery");
