// keras.utils.plotModel, whose drawing comes with the first call.

import { family } from "../core/lazily.js";

export type { PlotModelOptions } from "./plot-model.js";

/**
 * Draws a model as SVG or PNG.
 *
 * ```ts
 * const shown = new keras.Sequential([keras.Input({ shape: [3] }), new keras.layers.Dense(1)]);
 * (await keras.utils.plotModel(shown)).startsWith("<svg"); // true
 * ```
 */
export const plotModel = family(() => import("./plot-model.js"))("plotModel");
