// kerasm/datasets: known data sets, one file each.

export * from "./fashion-mnist.js";
export * from "./labelled-images.js";
