// keras.distillation: a table of contents.

export { Distiller, type DistillerOptions } from "./distiller.js";
export { DistillationLoss, FeatureDistillation, LogitsDistillation, type DistilledLosses } from "./losses.js";
