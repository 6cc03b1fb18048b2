import t from "tap";
import * as tf from "../../../lib/index.js";

t.setTimeout(240_000); // machines may be busy

const { layers } = tf.keras;
type Layer = InstanceType<typeof layers.RandomFlip>;

/** Every layer that draws, with options under which it changes something. */
const random: Readonly<Record<string, (options: object) => unknown>> = {
  RandomBrightness: (options) => new layers.RandomBrightness(0.4, options),
  RandomColorDegeneration: (options) => new layers.RandomColorDegeneration(0.9, options),
  RandomColorJitter: (options) => new layers.RandomColorJitter({ brightnessFactor: 0.3, contrastFactor: 0.5, hueFactor: 0.5, ...options }),
  RandomContrast: (options) => new layers.RandomContrast(0.8, options),
  RandomCrop: (options) => new layers.RandomCrop(5, 4, options),
  RandomElasticTransform: (options) => new layers.RandomElasticTransform({ factor: [1, 1], scale: [1, 1], ...options }),
  RandomErasing: (options) => new layers.RandomErasing({ factor: [1, 1], scale: [0.3, 0.5], ...options }),
  RandomFlip: (options) => new layers.RandomFlip(options),
  RandomGaussianBlur: (options) => new layers.RandomGaussianBlur({ factor: [1, 1], sigma: [0.5, 1], ...options }),
  RandomGrayscale: (options) => new layers.RandomGrayscale(options),
  RandomHue: (options) => new layers.RandomHue(0.9, options),
  RandomInvert: (options) => new layers.RandomInvert(options),
  RandomPerspective: (options) => new layers.RandomPerspective({ factor: [1, 1], ...options }),
  RandomPosterization: (options) => new layers.RandomPosterization([1, 6], options),
  RandomRotation: (options) => new layers.RandomRotation(0.5, options),
  RandomSaturation: (options) => new layers.RandomSaturation([0.1, 0.9], options),
  RandomSharpness: (options) => new layers.RandomSharpness([0, 1], options),
  RandomShear: (options) => new layers.RandomShear({ xFactor: 0.5, yFactor: 0.5, ...options }),
  RandomTranslation: (options) => new layers.RandomTranslation(0.3, 0.3, options),
  RandomZoom: (options) => new layers.RandomZoom(0.5, options),
  Solarization: (options) => new layers.Solarization({ additionFactor: 0.3, thresholdFactor: 0.9, ...options }),
  RandAugment: (options) => new layers.RandAugment({ numOps: 3, ...options }),
  AugMix: (options) => new layers.AugMix(options),
  MixUp: (options) => new layers.MixUp(options),
  CutMix: (options) => new layers.CutMix(options),
};

const [height, width] = [8, 6];
const images = tf.random.uniform([4, height, width, 3], { minval: 0, maxval: 255, seed: 3 });

for (const [name, make] of Object.entries(random)) {
  t.test(`${name}: seeded, finite, in every form of input`, (t) => {
    const layer = (options: object = {}): Layer => make({ seed: 7, ...options }) as Layer;
    const [one, two] = [layer(), layer()];
    const first = one(images);
    t.strictSame(first.array(), two(images).array(), "equal seeds draw the same");
    t.ok(first.data().every(Number.isFinite), "finite");
    t.notSame(one(images).array(), first.array(), "the next call draws anew");
    const size = name === "RandomCrop" ? [5, 4] : [height, width];
    t.strictSame(one(tf.keras.ops.take(images, 0, 0)).shape, [...size, 3], "one image");
    const planes = tf.transpose(images, [0, 3, 1, 2]);
    const across = layer({ dataFormat: "channels_first" })(planes);
    const back = tf.transpose(across, [0, 2, 3, 1]);
    if (name !== "RandomErasing" && name !== "AugMix" && name !== "RandAugment") {
      back
        .data()
        .forEach((value, i) => Math.abs(value - first.data()[i]!) < 1e-2 || t.fail(`channels first: ${value}, last: ${first.data()[i]}`));
    }
    if (name !== "RandomCrop")
      t.strictSame(one(images, { training: false }).array(), images.array(), "nothing happens outside of training");
    const inside = layer();
    const traced = tf.function((x: tf.Tensor) => inside(x));
    t.ok(traced(images).data().every(Number.isFinite), "in a traced function");
    const open = tf.function((x: tf.Tensor) => inside(x), { inputSignature: [new tf.TensorSpec([null, height, width, 3])] });
    for (const count of [2, 4]) t.strictSame(open(images.slice([0], [count])).shape, [count, ...size, 3], `traced for any batch, ${count}`);
    const unsized = tf.keras.Input({ shape: [null, null, 3] });
    const model = new tf.keras.Model({ inputs: unsized, outputs: layer()(unsized) });
    t.strictSame(model.outputShape, name === "RandomCrop" ? [null, 5, 4, 3] : [null, null, null, 3], "in a model for any size");
    t.strictSame(model(images, { training: true }).shape, [4, ...size, 3]);
    const again = (layer().constructor as unknown as { fromConfig(config: unknown): Layer }).fromConfig(layer().getConfig());
    if (name !== "RandomGrayscale") t.strictSame(again(images).array(), layer()(images).array(), "from its config");
    t.end();
  });
}

t.test("records of images of any size and number go through a model", (t) => {
  for (const [name, make] of Object.entries(random)) {
    const layer = make({ seed: 1, boundingBoxFormat: "xyxy" }) as Layer;
    const boxes = { boxes: tf.keras.Input({ shape: [2, 4] }), labels: tf.keras.Input({ shape: [2] }) };
    const inputs = {
      images: tf.keras.Input({ shape: [null, null, 3] }),
      labels: tf.keras.Input({ shape: [5] }),
      segmentation_masks: tf.keras.Input({ shape: [null, null, 1] }),
      ...(name === "CutMix" ? {} : { bounding_boxes: boxes }),
    };
    const model = new tf.keras.Model({ inputs, outputs: layer(inputs as never) });
    const given = {
      images,
      labels: tf.ones([4, 5]),
      segmentation_masks: tf.ones([4, height, width, 1]),
      ...(name === "CutMix" ? {} : { bounding_boxes: { boxes: tf.ones([4, 2, 4]), labels: tf.ones([4, 2]) } }),
    };
    const got = model(given as never, { training: true }) as unknown as typeof given;
    t.strictSame(Object.keys(got).sort(), Object.keys(given).sort(), name);
    t.strictSame(got.segmentation_masks.shape.slice(0, 3), got.images.shape.slice(0, 3), `${name}: masks are as large as images`);
    t.strictSame(got.labels.shape, [4, 5], `${name}: labels`);
  }
  t.end();
});

t.test("what belongs to images moves with them", (t) => {
  const data = () => ({
    images,
    labels: tf.constant([[1, 0], [0, 1], [1, 0], [0, 1]]), // prettier-ignore
    boundingBoxes: {
      boxes: tf.constant([[[1, 1, 4, 5]], [[0, 0, 6, 8]], [[2, 2, 3, 3]], [[1, 2, 3, 4]]]),
      labels: tf.constant([[0], [1], [2], [3]]),
    },
    segmentationMasks: tf.cast(tf.greater(tf.slice(images, [0, 0, 0, 0], [-1, -1, -1, 1]), 100), "int32"),
  });
  interface Changed {
    images: tf.Tensor;
    labels: tf.Tensor;
    boundingBoxes: { boxes: tf.Tensor; labels: tf.Tensor };
    segmentationMasks: tf.Tensor;
  }
  const flip = new layers.RandomFlip("horizontal", { seed: 2, boundingBoxFormat: "xyxy" });
  const changed = flip<Changed>(data() as never);
  const boxes = changed.boundingBoxes.boxes.array() as number[][][];
  for (let i = 0; i < 4; i++) {
    const isFlipped = JSON.stringify((changed.images.array() as unknown[])[i]) !== JSON.stringify((images.array() as unknown[])[i]);
    const [x1, , x2] = (data().boundingBoxes.boxes.array() as number[][][])[i]![0]!;
    const [newX1, , newX2] = boxes[i]![0]!;
    const expected = isFlipped ? [width - x2!, width - x1!] : [x1!, x2!];
    [newX1!, newX2!].forEach((x, end) => t.ok(Math.abs(x - expected[end]!) < 1e-4, `image ${i}: ${x}, expected ${expected[end]}`));
    const mask = (changed.segmentationMasks.array() as number[][][][])[i]![0]!.map(([pixel]) => pixel);
    const pixels = (changed.images.array() as number[][][][])[i]![0]!.map(([pixel]) => (pixel! > 100 ? 1 : 0));
    t.strictSame(mask, pixels, "masks show what the image shows");
  }
  const mixed = new layers.MixUp({ seed: 1 })<Changed>({ images, labels: data().labels } as never);
  for (const row of mixed.labels.array() as number[][]) t.ok(Math.abs(row[0]! + row[1]! - 1) < 1e-5, "mixed labels sum to one");
  const snake = new layers.CenterCrop(4, 4, { boundingBoxFormat: "xyxy" })<Record<string, unknown>>({
    images,
    bounding_boxes: data().boundingBoxes,
  } as never);
  t.strictSame(Object.keys(snake), ["images", "bounding_boxes"], "Keras's keys are kept");
  t.end();
});

t.test("they work in a model, which trains, and in a dataset's map", async (t) => {
  const model = new tf.keras.Sequential([
    new tf.keras.Input({ shape: [8, 8, 3] }),
    new layers.RandomFlip("horizontal", { seed: 1 }),
    new layers.RandomRotation(0.1, { seed: 2 }),
    new layers.Rescaling(1 / 255),
    new layers.Flatten(),
    new layers.Dense(1),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const x = tf.random.uniform([16, 8, 8, 3], { minval: 0, maxval: 255, seed: 1 });
  const history = await model.fit(x, tf.ones([16, 1]), { epochs: 2, batchSize: 8, verbose: 0 });
  t.ok((history.history["loss"] as number[]).every(Number.isFinite));
  t.strictSame((await model.predict(x)).array(), (await model.predict(x)).array(), "predictions do not draw");
  const spread = new layers.ContrastLimitedAdaptiveHistogramEqualization();
  const input = tf.keras.Input({ shape: [8, 8, 3] });
  const model2 = new tf.keras.Model({ inputs: input, outputs: spread(input) });
  const whole = spread(x).data();
  (await model2.predict(x, { batchSize: 6, verbose: 0 }))
    .data()
    .forEach((value, i) => Math.abs(value - whole[i]!) < 1e-3 || t.fail(`${i}`));
  const open = tf.function((images: tf.Tensor) => spread(images), { reduceRetracing: true });
  for (const count of [3, 5]) t.strictSame(open(x.slice([0], [count])).shape, [count, 8, 8, 3], "any number of images");
  const augment = new layers.RandAugment({ seed: 5 });
  const batches = [...tf.data.Dataset.fromTensorSlices(x).batch(8).map((batch) => augment(batch))]; // prettier-ignore
  t.strictSame(batches.map(({ shape }) => shape), [[8, 8, 8, 3], [8, 8, 8, 3]]); // prettier-ignore
});

t.test("an augmentation is the same eagerly and traced", (t) => {
  const augment = new layers.RandAugment({ seed: 5, numOps: 2 });
  const shear = { shearFactor: tf.zeros([4, 2]) };
  t.strictSame(new layers.RandomShear({ seed: 1 }).transformImages(images, shear).array(), images.array(), "no shear is no change");
  for (let i = 0; i < 4; i++) {
    const drawn = new layers.RandAugment({ seed: i, numOps: 2 }).getRandomTransformation(images) as {
      layerIdxes: tf.Tensor;
      transforms: object;
    };
    const all = Object.fromEntries(
      Object.entries(augment.steps).map(([name, step]) => [
        name,
        (drawn.transforms as Record<string, unknown>)[name] ?? step.getRandomTransformation(images),
      ]),
    );
    const run = (layerIdxes: tf.Tensor) => augment.transformImages(images, { layerIdxes, transforms: all });
    const traced = tf.function(run)(drawn.layerIdxes).data();
    run(drawn.layerIdxes)
      .data()
      .forEach((value, at) => Math.abs(value - traced[at]!) < 1e-2 || t.fail(`${value}, traced ${traced[at]}`));
  }
  t.end();
});

t.test("layers compute in their dtype, whatever real numbers they are given", (t) => {
  const halves = tf.cast(images, "float16");
  for (const [name, make] of Object.entries(random)) {
    for (const training of [true, false]) {
      const data = { images: halves, segmentation_masks: tf.ones([4, height, width, 1], { dtype: "uint8" }) };
      const got = (make({ seed: 1 }) as Layer)(data as never, { training }) as unknown as typeof data;
      t.equal(got.images.dtype, "float32", `${name}, training ${training}`);
    }
    t.equal((make({ seed: 1, dtype: "float16" }) as Layer)(images, { training: false }).dtype, "float16", `${name} of halves`);
  }
  t.end();
});

t.test("what a layer gives outlives what it made on the way", (t) => {
  const rotate = new layers.RandomRotation(0.2, { seed: 4, boundingBoxFormat: "xyxy" });
  const given = {
    images,
    labels: tf.ones([4, 2]),
    boundingBoxes: { boxes: tf.ones([4, 1, 4]), labels: tf.ones([4, 1]) },
    segmentationMasks: tf.ones([4, height, width, 1]),
  };
  const made = rotate<typeof given>(given as never);
  const again = rotate<typeof given>(made as never);
  for (const each of [images, given.labels, made.images, made.labels, made.boundingBoxes.boxes, made.segmentationMasks, again.images])
    t.ok(each.data().every(Number.isFinite), "what was given, and what came of it");
  const tape = new tf.GradientTape();
  tape.watch(images);
  const turned = tape.record(() => new layers.RandomRotation([0.25, 0.25], { fillMode: "constant" })(images));
  t.ok(tape.gradient(turned, images)!.data().every(Number.isFinite), "a gradient goes through");
  const places = [tf.constant([0.5, 1.5]), tf.constant([0, 1])];
  t.strictSame(tf.keras.ops.image.mapCoordinates([[1, 2], [3, 4]], places, 1, "nearest").array(), [2, 4]); // prettier-ignore
  t.end();
});

t.test("a transformation may have Keras's keys", (t) => {
  const augment = new layers.RandAugment({ seed: 3, numOps: 2 });
  const drawn = augment.getRandomTransformation(images) as { layerIdxes: tf.Tensor; transforms: object };
  const keras = { layer_idxes: drawn.layerIdxes, transforms: drawn.transforms };
  t.strictSame(augment.transformImages(images, keras).array(), augment.transformImages(images, drawn as never).array());
  const elastic = new layers.RandomElasticTransform({ fillMode: "mirror", seed: 1 });
  t.ok(elastic(images).data().every(Number.isFinite), "mirrored about the middle of edge pixels");
  t.end();
});

t.test("what is wrong is said with the name of the layer", (t) => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => new layers.RandomFlip({ name: "flip" })(tf.ones([3, 3])), /flip: given images of shape \[3, 3\]; expected rank 3/],
    [() => new layers.RandomFlip({ name: "flip" })({ images, masks: images } as never), /flip: given the unknown part "masks"/],
    [
      () => new layers.RandomFlip({ name: "flip" })({ images, boundingBoxes: { boxes: [[[0, 0, 1, 1]]], labels: [[1]] } } as never),
      /flip.boundingBoxFormat/,
    ],
    [() => new layers.RandomFlip({ boundingBoxFormat: "xxyy" }), /the format "xxyy"; expected one of xyxy/],
    [() => new layers.RandomRotation(2), /factor: given 2; expected a number/],
    [() => new layers.RandomZoom(-1), /heightFactor: given -1/],
    [() => new layers.RandomContrast(0.5, { valueRange: [1] }), /valueRange: given \[1\]/],
    [() => new layers.Resizing(0, 3), /height: given 0/],
    [
      () =>
        new layers.CutMix({ boundingBoxFormat: "xyxy" })({
          images,
          boundingBoxes: { boxes: tf.zeros([4, 1, 4]), labels: tf.zeros([4, 1]) },
        } as never),
      /boxes cannot be cut/,
    ],
    [() => new layers.RandomHue(0.5)(tf.ones([2, 4, 4, 1])), /three channels/],
  ];
  for (const [action, message] of refused) t.throws(action, { message }, String(action));
  t.end();
});
