// keras.visualization. Galleries are drawn by a module that comes with the first one.

import { family } from "../core/lazily.js";

export { drawBoundingBoxes, drawSegmentationMasks } from "./draw.js";
export type { Boxes, ClassNames, ColorMapping } from "./draw.js";
export type { BoxGalleryOptions, GalleryOptions, ImageGalleryOptions, LegendHandle, MaskGalleryOptions } from "./gallery.js";

const gallery = family(() => import("./gallery.js"));

/**
 * Shows images in rows and columns.
 *
 * ```ts
 * (await keras.visualization.plotImageGallery(tf.ones([2, 4, 4, 3]))).startsWith("<svg"); // true
 * ```
 */
export const plotImageGallery = gallery("plotImageGallery");
/**
 * Shows images with true and predicted boxes.
 *
 * ```ts
 * (await keras.visualization.plotBoundingBoxGallery(tf.ones([1, 4, 4, 3]), "xyxy")).startsWith("<svg"); // true
 * ```
 */
export const plotBoundingBoxGallery = gallery("plotBoundingBoxGallery");
/**
 * Shows images beside their masks.
 *
 * ```ts
 * (await keras.visualization.plotSegmentationMaskGallery(tf.ones([1, 4, 4, 3]), 2)).startsWith("<svg"); // true
 * ```
 */
export const plotSegmentationMaskGallery = gallery("plotSegmentationMaskGallery");
