// kerasm/datasets: known data sets, one file each.

export * from "./fashion-mnist.js";
export * from "./labelled-images.js";
export { bostonHousing, californiaHousing, cifar10, cifar100, imdb, mnist, reuters } from "./keras-files.js";
