// Prints the milliseconds from the import of the package, as it ships, to the end of the first training step of the guide's CNN.

const begin = performance.now();
const tf = await import("kerasm");
const { SimpleCNN } = await import("kerasm/models");
const model = new SimpleCNN();
const optimizer = new tf.keras.optimizers.RMSprop({ learningRate: 1e-4 });
model.compile({ optimizer, loss: new tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true }) });
await model.trainOnBatch(tf.random.uniform([32, 28, 28, 1]), tf.zeros([32], { dtype: "int32" }));
console.log(performance.now() - begin);
