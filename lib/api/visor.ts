// The entry `kerasm/visor`: charts and pictures of training, live in a page, as SVG anywhere.

export { confusionCounts, confusionMatrix, type ConfusionMatrixOptions } from "../visor/confusion-matrix.js";
export { imageGrid, type ImageGridOptions } from "../visor/image-grid.js";
export { activations, type ActivationsOptions, layerWeights, type LayerWeightsOptions } from "../visor/layers.js";
export { modelGraph, type ModelGraphOptions, summary } from "../visor/model.js";
export type { Container } from "../visor/picture.js";
export { type HistoryLike, plotHistory, type PlotHistoryOptions } from "../visor/plot-history.js";
export { predictionBars, type PredictionBarsOptions } from "../visor/prediction-bars.js";
export { TrainingCharts, trainingCharts, type TrainingChartsOptions } from "../visor/training-charts.js";
