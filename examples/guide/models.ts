// Models: layers in a row, as a graph; compile, fit, evaluate, predict.

import * as tf from "kerasm";
import * as keras from "kerasm/keras";
import { fashionMnist } from "kerasm/datasets";

const sequential = new keras.Sequential([
  new keras.Input({ shape: [32] }),
  new keras.layers.Dense(64, { activation: "relu" }),
  new keras.layers.Dense(10, { activation: "softmax" }),
]);
console.log(sequential.outputShape, sequential.countParams());
//> [ null, 10 ] 2762

const inputs = keras.Input({ shape: [784], name: "img" });
let h = new keras.layers.Dense(64, { activation: "relu" })(inputs);
h = new keras.layers.Dense(64, { activation: "relu" })(h);
const outputs = new keras.layers.Dense(10, { activation: "softmax" })(h);
const model = new keras.Model({ inputs, outputs, name: "mnist_model" });
model.summary();
//> Model: "mnist_model"
//> ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
//> ┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
//> ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
//> │ img (InputLayer)                     │ (None, 784)                 │               0 │
//> ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
//> │ dense_2 (Dense)                      │ (None, 64)                  │          50,240 │
//> ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
//> │ dense_3 (Dense)                      │ (None, 64)                  │           4,160 │
//> ├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
//> │ dense_4 (Dense)                      │ (None, 10)                  │             650 │
//> └──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
//>  Total params: 55,050 (215.04 KB)
//>  Trainable params: 55,050 (215.04 KB)
//>  Non-trainable params: 0 (0.00 B)

const [[trainX, trainY], [testX, testY]] = await fashionMnist.loadData();
/** The first images as rows of numbers from 0 to 1, and their labels. */
const some = (images: tf.Tensor, labels: tf.Tensor, count: number) => {
  const rows = tf.reshape(tf.cast(images, "float32").div(255), [-1, 784]);
  return [tf.slice(rows, [0, 0], [count, 784]), tf.slice(labels, [0], [count])] as const;
};
const [x, y] = some(trainX, trainY, 2000);
const [xTest, yTest] = some(testX, testY, 500);

model.compile({ optimizer: "rmsprop", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const history = await model.fit(x, y, { batchSize: 32, epochs: 10, validationSplit: 0.1 });
//> Epoch 1/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 2/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 3/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 4/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 5/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 6/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 7/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 8/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 9/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
//> Epoch 10/10
//> 57/57 ━━━━━━━━━━━━━━━━━━━━ … - accuracy: … - loss: … - val_accuracy: … - val_loss: …
console.log(Object.keys(history.history), history.history["loss"]!.length);
//> [ 'accuracy', 'loss', 'val_accuracy', 'val_loss' ] 10

const [, accuracy] = (await model.evaluate(xTest, yTest, { verbose: 0 })) as [number, number];
console.log(accuracy > 0.5);
//> true
const probabilities = (await model.predict(xTest, { verbose: 0 })) as tf.Tensor;
console.log(probabilities.shape, tf.reduceSum(probabilities).item().toFixed(1));
//> [ 500, 10 ] 500.0
