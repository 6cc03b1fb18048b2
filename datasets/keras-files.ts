import { datasets } from "../lib/api/keras.js";

// Data sets from Keras's own files, fetched once and kept.

export const { bostonHousing, californiaHousing, cifar10, cifar100, imdb, mnist, reuters } = datasets;
