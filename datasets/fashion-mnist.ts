import { labelledImages } from "./labelled-images.js";

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 × 28 grey levels, in ten classes.
 *
 * ```ts
 * const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData(); // uint8 [60000, 28, 28], [60000] …
 * fashionMnist.classNames[9]; // "Ankle boot"
 * ```
 * @see Xiao, Rasul and Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, 2017
 * @see keras.datasets.fashion_mnist
 */
export const fashionMnist = labelledImages({
  name: "fashionMnist",
  // Compiled code stands two folders below the package's root, bundled or not. The addresses are literals, by which bundlers find the files.
  classNames: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  train: {
    images: {
      file: "train-images-idx3-ubyte.gz",
      url: () => new URL("../../datasets/fashion-mnist/train-images-idx3-ubyte.gz", import.meta.url),
      bytes: 26_421_856,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    labels: {
      file: "train-labels-idx1-ubyte.gz",
      url: () => new URL("../../datasets/fashion-mnist/train-labels-idx1-ubyte.gz", import.meta.url),
      bytes: 29_491,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
  },
  test: {
    images: {
      file: "t10k-images-idx3-ubyte.gz",
      url: () => new URL("../../datasets/fashion-mnist/t10k-images-idx3-ubyte.gz", import.meta.url),
      bytes: 4_422_079,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    labels: {
      file: "t10k-labels-idx1-ubyte.gz",
      url: () => new URL("../../datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz", import.meta.url),
      bytes: 5_125,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
});
