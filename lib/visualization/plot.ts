// keras.utils.plotModel, whose drawing comes with the first call.

import { family } from "../core/lazily.js";

export type { PlotModelOptions } from "./plot-model.js";

/** Draws a model as SVG or PNG. */
export const plotModel = family(() => import("./plot-model.js"))("plotModel");
