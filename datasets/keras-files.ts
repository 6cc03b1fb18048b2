// Data sets from Keras's own files, fetched once and kept.

export { bostonHousing, californiaHousing, cifar10, cifar100, imdb, mnist, reuters } from "../lib/api/data-files.js";
