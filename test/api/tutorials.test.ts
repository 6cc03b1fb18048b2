// What TensorFlow's guides and tutorials do, line by line as they would be typed here: each part runs and gives what they show.
// @ts-nocheck -- the programs are plain JavaScript, as their users type it

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as typed from "../../lib/index.js";

// The programs are JavaScript: they use the public face as it is at run time.
// eslint-disable-next-line -- see above
type Any = any;
const tf = typed as Any;
const { keras } = tf;
const { layers } = keras;
const dir = mkdtempSync(join(tmpdir(), "kerasm-tutorials-"));
t.teardown(() => rmSync(dir, { recursive: true }));

function close(given: Any, wanted: Any, tolerance = 1e-4): void {
  const flat = (x: Any): Any[] => (Array.isArray(x) ? x.flat(9) : [x]);
  const [a, b] = [flat(given?.array ? given.array() : given), flat(wanted)];
  assert.equal(a.length, b.length);
  a.forEach((x, i) => assert.ok(Math.abs(x - b[i]) <= tolerance * (1 + Math.abs(b[i])), `${a} and ${b}`));
}

const tutorials: Readonly<Record<string, () => Promise<void>>> = {
  "01 tensors guide": async () => {
    const rank0 = tf.constant(4, { dtype: "int32" });
    assert.equal(String(rank0), "tf.Tensor(4, shape=(), dtype=int32)");
    const m = tf.constant(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { dtype: tf.float16 },
    );
    assert.deepEqual(m.shape, [3, 2]);
    const a = tf.constant([
        [1, 2],
        [3, 4],
      ]),
      b = tf.ones([2, 2], { dtype: tf.int32 });
    close(tf.matmul(tf.cast(a, "int32"), b), [3, 3, 7, 7]);
    const c = tf.constant([
      [4.0, 5.0],
      [10.0, 1.0],
    ]);
    assert.equal(tf.reduceMax(c).item(), 10);
    close(tf.argmax(c), [1, 0]);
    close(tf.nn.softmax(c), [0.2689414, 0.7310586, 0.9998766, 0.0001234]);
    const r4 = tf.zeros([3, 2, 4, 5]);
    assert.equal(r4.rank ?? r4.ndim, 4);
    assert.equal(tf.size(r4).item(), 120);
    close(tf.shape(r4), [3, 2, 4, 5]);
    assert.equal(tf.rank(r4).item(), 4);
    const x = tf.constant([[1], [2], [3]]);
    assert.deepEqual(tf.reshape(x, [1, 3]).shape, [1, 3]);
    assert.deepEqual(tf.reshape(x, -1).shape, [3]);
    close(tf.broadcastTo(tf.constant([1, 2, 3]), [3, 3]), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    assert.throws(() => tf.add(tf.ones([2], { dtype: "int32" }), tf.ones([2])));
  },
  "02 slicing guide": async () => {
    const t1 = tf.constant([0, 1, 2, 3, 4, 5, 6, 7]);
    close(tf.slice(t1, [1], [3]), [1, 2, 3]);
    const t2 = tf.constant([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14],
      [15, 16, 17, 18, 19],
    ]);
    close(tf.slice(t2, [0, 1], [2, 2]), [1, 2, 6, 7]);
    close(tf.gather(t1, [0, 3, 6]), [0, 3, 6]);
    close(tf.gatherNd(t2, [[2], [3], [0]]), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 1, 2, 3, 4]);
    const t6 = tf.constant([10]);
    const idx = tf.constant([[1], [3], [5], [7], [9]], { dtype: "int32" });
    const data = tf.constant([2, 4, 6, 8, 10]);
    close(tf.scatterNd(idx, data, [10]), [0, 2, 0, 4, 0, 6, 0, 8, 0, 10]);
    const t11 = tf.constant([
      [2, 7, 0],
      [9, 0, 1],
      [0, 3, 8],
    ]);
    close(
      tf.tensorScatterNdAdd(
        t11,
        [
          [0, 2],
          [1, 1],
          [2, 0],
        ],
        [6, 5, 4],
      ),
      [2, 7, 6, 9, 5, 1, 4, 3, 8],
    );
    close(tf.stridedSlice(t1, [0], [8], [2]), [0, 2, 4, 6]);
  },
  "03 variables guide": async () => {
    const v = tf.variable([
      [1, 2],
      [3, 4],
    ]);
    assert.match(String(v), /tf.Variable/);
    v.assign([
      [5, 6],
      [7, 8],
    ]);
    close(tf.convertToTensor(v), [5, 6, 7, 8]);
    assert.throws(() => v.assign([1, 2, 3]));
    const a = tf.variable([2, 3]);
    const b = tf.variable(a.value());
    a.assign([5, 6]);
    close(a, [5, 6]);
    close(b, [2, 3]);
    a.assignAdd([2, 3]);
    close(a, [7, 9]);
    a.assignSub([7, 9]);
    close(a, [0, 0]);
    const s = tf.variable(1, { trainable: false, name: "Mark" });
    assert.equal(s.name, "Mark");
    tf.device("CPU:0", () => tf.matmul(tf.ones([2, 2]), tf.ones([2, 2])));
  },
  "04 autodiff guide": async () => {
    const x = tf.variable(3.0);
    let tape = new tf.GradientTape();
    const y = tape.record(() => tf.pow(x, 2));
    close(tape.gradient(y, x), [6]);
    const w = tf.variable(tf.random.normal([3, 2]), { name: "w" }),
      b = tf.variable(tf.zeros([2]), { name: "b" });
    tape = new tf.GradientTape({ persistent: true });
    const xx = tf.constant([[1, 2, 3]]);
    const loss = tape.record(() => tf.reduceMean(tf.square(tf.add(tf.matmul(xx, w), b))));
    const g = tape.gradient(loss, { w, b });
    assert.deepEqual(g.w.shape, [3, 2]);
    assert.deepEqual(g.b.shape, [2]);
    const layer = new layers.Dense(2, { activation: "relu" });
    tape = new tf.GradientTape();
    const l = tape.record(() => tf.reduceMean(tf.square(layer(xx))));
    const grads = tape.gradient(l, layer.trainableVariables);
    assert.equal(grads.length, 2);
    const x0 = tf.variable(0.0),
      x1 = tf.variable(10.0);
    tape = new tf.GradientTape({ watchAccessedVariables: false });
    tape.watch(x1);
    const y2 = tape.record(() => {
      tape.watch(x1);
      return tf.reduceSum(tf.add(tf.math.sin(x0), tf.nn.softplus(x1)));
    });
    const gr = tape.gradient(y2, { x0, x1 });
    assert.equal(gr.x0, null);
    close(gr.x1, [0.9999546]);
    const xs = tf.linspace(-10, 10, 201);
    tape = new tf.GradientTape();
    tape.watch(xs);
    const ys = tape.record(() => {
      tape.watch(xs);
      return tf.nn.sigmoid(xs);
    });
    const d = tape.gradient(ys, xs);
    assert.ok(Math.abs(Math.max(...d.data()) - 0.25) < 1e-4);
  },
  "05 advanced autodiff": async () => {
    const x = tf.variable(2.0);
    const t2 = new tf.GradientTape();
    const dy = t2.record(() => {
      const t1 = new tf.GradientTape();
      const y = t1.record(() => tf.multiply(tf.multiply(x, x), x));
      return t1.gradient(y, x);
    });
    close(t2.gradient(dy, x), [12]);
    const xs = tf.linspace(-10, 10, 5);
    const t = new tf.GradientTape();
    const delta = tf.variable(0.0);
    const y = t.record(() => tf.nn.sigmoid(tf.add(xs, delta)));
    const j = t.jacobian(y, delta);
    assert.deepEqual(j.shape, [5]);
    const clip = tf.customGradient((x) => ({ value: x, gradient: (dy) => tf.clipByNorm(dy, 0.5) }));
    const v = tf.variable(2.0);
    const tp = new tf.GradientTape();
    const o = tp.record(() => clip(tf.multiply(v, v)));
    close(tp.gradient(o, v), [2]);
    const tp2 = new tf.GradientTape({ persistent: true });
    const z = tp2.record(() => tf.square(x));
    tp2.reset?.();
  },
  "06 module intro": async () => {
    class Dense extends tf.Module {
      constructor(i, o, opts) {
        super(opts);
        this.w = tf.variable(tf.random.normal([i, o]), { name: "w" });
        this.b = tf.variable(tf.zeros([o]), { name: "b" });
      }
      call(x) {
        return tf.nn.relu(tf.matmul(x, this.w).add(this.b));
      }
    }
    class Seq extends tf.Module {
      constructor(opts) {
        super(opts);
        this.dense1 = new Dense(3, 3);
        this.dense2 = new Dense(3, 2);
      }
      call(x) {
        return this.dense2(this.dense1(x));
      }
    }
    const m = new Seq({ name: "the_model" });
    assert.deepEqual(m(tf.constant([[2, 2, 2]])).shape, [1, 2]);
    assert.equal(m.submodules.length, 2);
    assert.equal(m.variables.length, 4);
    const ck = new tf.train.Checkpoint({ model: m });
    const p = await ck.write(dir + "/my_checkpoint");
    const n = new Seq();
    await new tf.train.Checkpoint({ model: n }).restore(p);
    close(n(tf.ones([1, 3])), m(tf.ones([1, 3])).array());
    class Flex extends tf.Module {
      constructor(o, opts) {
        super(opts);
        this.isBuilt = false;
        this.out = o;
      }
      call(x) {
        if (!this.isBuilt) {
          this.w = tf.variable(tf.random.normal([x.shape.at(-1), this.out]), { name: "w" });
          this.isBuilt = true;
        }
        return tf.matmul(x, this.w);
      }
    }
    const f = new Flex(3);
    f(tf.ones([2, 5]));
    assert.equal(f.variables.length, 1);
    class G extends Seq {
      constructor(o) {
        super(o);
        this.traced = tf.function((x) => super.call(x));
      }
      call(x) {
        return this.traced(x);
      }
    }
    close(new G()(tf.ones([1, 3])).shape, [1, 2]);
  },
  "07 basic training loops": async () => {
    const W = 3,
      B = 2;
    tf.random.setSeed(1);
    const x = tf.linspace(-2, 2, 201);
    const y = tf.add(tf.add(tf.multiply(x, W), B), tf.random.normal([201]));
    class MyModel extends tf.Module {
      constructor() {
        super();
        this.w = tf.variable(5.0);
        this.b = tf.variable(0.0);
      }
      call(x) {
        return tf.add(tf.multiply(this.w, x), this.b);
      }
    }
    const model = new MyModel();
    const loss = (t, p) => tf.reduceMean(tf.square(tf.subtract(t, p)));
    for (let e = 0; e < 30; e++) {
      const t = new tf.GradientTape();
      const l = t.record(() => loss(y, model(x)));
      const [dw, db] = t.gradient(l, [model.w, model.b]);
      model.w.assignSub(tf.multiply(0.1, dw));
      model.b.assignSub(tf.multiply(0.1, db));
    }
    assert.ok(Math.abs(model.w.item() - 3) < 0.3 && Math.abs(model.b.item() - 2) < 0.3);
  },
  "08 tf.function guide": async () => {
    let traces = 0;
    const f = tf.function((a, b) => {
      traces++;
      return tf.add(a, b);
    });
    close(f(tf.constant(1), tf.constant(2)), [3]);
    f(tf.constant(3), tf.constant(4));
    assert.equal(traces, 1);
    const conv = tf.function((image) => tf.nn.relu(new layers.Dense(1).constructor ? image : image));
    const g = tf.function((x) => {
      return tf.cond(
        tf.greater(x, 0),
        () => tf.multiply(x, 2),
        () => tf.negative(x),
      );
    });
    close(g(tf.constant(-3)), [3]);
    const sig = tf.function((x) => tf.where(tf.equal(tf.math.floormod(x, 2), 0), tf.math.floordiv(x, 2), x.mul(3).add(1)), {
      inputSignature: [new tf.TensorSpec([null], tf.int32)],
    });
    close(sig(tf.constant([1, 2], { dtype: "int32" })), [4, 1]);
    assert.throws(() =>
      sig(
        tf.constant(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: "int32" },
        ),
      ),
    );
    const fizz = tf.function((n) => {
      let i = tf.constant(0, { dtype: "int32" });
      return tf.whileLoop(
        (i) => tf.less(i, n),
        (i) => [tf.add(i, 1)],
        [i],
      );
    });
    close(fizz(tf.constant(7, { dtype: "int32" }))[0], [7]);
    const cf = f.getConcreteFunction(new tf.TensorSpec([], tf.float32), new tf.TensorSpec([], tf.float32));
    close(cf(tf.constant(1), tf.constant(2)), [3]);
    const v = tf.variable(1.0);
    const inc = tf.function(() => {
      v.assignAdd(1);
      return v.readValue();
    });
    close(inc(), [2]);
    close(inc(), [3]);
    const ta = tf.function((x) => {
      let t = new tf.TensorArray("float32", { size: 3 });
      for (let i = 0; i < 3; i++) t = t.write(i, x.mul(i));
      return t.stack();
    });
    close(ta(tf.constant(2)), [0, 2, 4]);
    tf.config.runFunctionsEagerly(true);
    f(tf.constant(1), tf.constant(2));
    tf.config.runFunctionsEagerly(false);
  },
  "09 ragged guide": async () => {
    const d = tf.ragged.constant([[3, 1, 4, 1], [], [5, 9, 2], [6], []]);
    close(
      tf
        .reduceMean(d, { axis: 1 })
        .array()
        .map((x) => (Number.isNaN(x) ? -1 : x)),
      [2.25, -1, 5.333333, 6, -1],
    );
    assert.deepEqual(tf.add(d, 3).toList(), [[6, 4, 7, 4], [], [8, 12, 5], [9], []]);
    assert.deepEqual(tf.concat([d, tf.ragged.constant([[], [5, 3], [1], [], [7]], { dtype: "int32" })], { axis: 0 }).toList().length, 10);
    assert.deepEqual(tf.tile(d, [1, 2]).toList()[3], [6, 6]);
    const words = tf.ragged.constant([
      ["So", "long"],
      ["thanks", "for", "all", "the", "fish"],
    ]);
    assert.deepEqual(tf.strings.substr(words, 0, 2).toList(), [
      ["So", "lo"],
      ["th", "fo", "al", "th", "fi"],
    ]);
    assert.deepEqual(d.toTensor().shape, [5, 4]);
    assert.deepEqual(d.rowLengths().array(), [4, 0, 3, 1, 0]);
    const r = tf.RaggedTensor.fromValueRowids(tf.constant([3, 1, 4, 1, 5, 9, 2]), tf.constant([0, 0, 0, 0, 2, 2, 3], { dtype: "int32" }));
    assert.deepEqual(r.toList(), [[3, 1, 4, 1], [], [5, 9], [2]]);
    assert.deepEqual(tf.ragged.mapFlatValues?.((x) => tf.add(tf.multiply(x, 2), 1), d).toList()[0], [7, 3, 9, 3]);
  },
  "10 sparse guide": async () => {
    const st = new tf.SparseTensor(
      [
        [0, 3],
        [2, 4],
      ],
      [10, 20],
      [3, 10],
    );
    close(tf.sparse.toDense(st), [0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0]);
    const a = new tf.SparseTensor(
        [
          [0, 2],
          [3, 4],
        ],
        [31, 2],
        [4, 10],
      ),
      b = new tf.SparseTensor(
        [
          [0, 2],
          [3, 0],
        ],
        [56, 38],
        [4, 10],
      );
    const s = tf.sparse.add(a, b);
    close(tf.sparse.toDense(s).at?.(0, 2) ?? tf.gatherNd(tf.sparse.toDense(s), [0, 2]), [87]);
    const c = new tf.SparseTensor(
      [
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [13, 15, 17],
      [2, 2],
    );
    close(tf.sparse.sparseDenseMatmul(c, tf.constant([[4], [6]])), [78, 162]);
    const fd = tf.sparse.fromDense(
      tf.constant([
        [1, 0, 0, 8],
        [0, 0, 0, 0],
        [0, 0, 3, 0],
      ]),
    );
    close(fd.values, [1, 8, 3]);
  },
  "11 tf.data guide": async () => {
    const D = tf.data.Dataset;
    const ds = D.fromTensorSlices([8, 3, 0, 8, 2, 1]);
    const it = ds[Symbol.iterator]();
    close(it.next().value, [8]);
    close(
      ds.reduce(0, (s, v) => tf.add(s, v)),
      [22],
    );
    const d2 = D.fromTensorSlices([tf.random.uniform([4]), tf.random.uniform([4, 100], { maxval: 100, dtype: tf.int32 })]);
    assert.match(String(d2.elementSpec), /TensorSpec/);
    const d3 = D.zip(ds.take(4), d2);
    for (const [z, [x, y]] of d3) {
      assert.deepEqual([z.shape, x.shape, y.shape], [[], [], [100]]);
    }
    function* count(stop) {
      let i = 0;
      while (i < stop) yield i++;
    }
    const dc = D.fromGenerator(() => count(25), { outputSignature: new tf.TensorSpec([], tf.int32) });
    let n = 0;
    for (const b of dc.repeat().batch(10).take(10)) {
      assert.deepEqual(b.shape, [10]);
      n++;
    }
    assert.equal(n, 10);
    const pb = D.range(100)
      .map((x) => tf.fill([tf.cast(x, tf.int32)], x))
      .paddedBatch(4, { paddedShapes: [null] });
    for (const b of pb.take(2)) assert.equal(b.shape[0], 4);
    writeFileSync(dir + "/t.txt", "a\nb\nc\n");
    const tl = new tf.data.TextLineDataset([dir + "/t.txt"]);
    const got = [];
    for await (const l of tl.take(2)) got.push(l);
    assert.deepEqual(got, ["a", "b"]);
    const w = D.range(10)
      .window(5, { shift: 1, dropRemainder: true })
      .flatMap((s) => s.batch(5));
    assert.equal([...w].length, 6);
    const shuffled = D.range(10).shuffle(10, { seed: 1 }).batch(2);
    assert.equal([...shuffled].length, 5);
    const pz = D.fromTensorSlices([1, 2, 3, 4]).map((x) => tf.pyFunction(([v]) => v.mul(2), [x], { Tout: "float32" }));
    const res = D.sampleFromDatasets([D.range(3).repeat(), D.range(10, 13).repeat()], { weights: [0.5, 0.5] }).take(6);
    assert.equal([...res].length, 6);
    const sv = D.range(4);
    await sv.save(dir + "/ds");
    const ld = D.load(dir + "/ds");
    const o = [];
    for await (const x of ld) o.push(x.item());
    assert.deepEqual(o, [0, 1, 2, 3]);
    const rng = D.range(20);
    const itr = rng.iterator();
    const ck = new tf.train.Checkpoint({ step: tf.variable(0), iterator: itr });
    const mgr = new tf.train.CheckpointManager(ck, dir + "/my_ckpt", { maxToKeep: 3 });
    assert.deepEqual(
      [0, 1, 2].map(() => itr.next().value.item()),
      [0, 1, 2],
    );
    const sp = await mgr.save();
    itr.next();
    await ck.restore(sp);
    assert.equal(itr.next().value.item(), 3);
    const model = new keras.Sequential([new keras.Input({ shape: [2] }), new layers.Dense(1)]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(D.fromTensorSlices([tf.ones([8, 2]), tf.ones([8, 1])]).batch(4), { epochs: 1, verbose: 0 });
    await model.predict(D.fromTensors(tf.ones([2, 2])).batch(1).unbatch ? D.fromTensorSlices(tf.ones([4, 2])).batch(2) : 0, { verbose: 0 });
  },
  "12 TFRecord tutorial": async () => {
    const bytesFeature = (v) => tf.train.Feature({ bytesList: tf.train.BytesList({ value: [v] }) }),
      floatFeature = (v) => tf.train.Feature({ floatList: tf.train.FloatList({ value: [v] }) }),
      int64Feature = (v) => tf.train.Feature({ int64List: tf.train.Int64List({ value: [v] }) });
    const ser = (f0, f1, f2, f3) =>
      tf.train
        .Example({
          features: tf.train.Features({
            feature: { feature0: int64Feature(f0), feature1: int64Feature(f1), feature2: bytesFeature(f2), feature3: floatFeature(f3) },
          }),
        })
        .serializeToString();
    const s = ser(false, 4, "goat", 0.9876);
    const ex = tf.train.Example.fromString(s);
    assert.equal(ex.features.feature.feature1.int64List.value[0], 4);
    const N = 100;
    const names = ["cat", "dog", "chicken", "horse", "goat"];
    const f0 = Array.from({ length: N }, (_, i) => i % 2 === 0),
      f1 = Array.from({ length: N }, (_, i) => i % 5);
    const feats = tf.data.Dataset.fromTensorSlices([f0, f1, f1.map((i) => names[i]), f1.map((i) => i / 7)]);
    const w = new tf.io.TFRecordWriter(dir + "/test.tfrecord");
    for (const [a, b, c, d] of feats) w.write(ser(a.item(), b.item(), c, d.item()));
    await w.close();
    const desc = {
      feature0: new tf.io.FixedLenFeature([], tf.int64, 0),
      feature1: new tf.io.FixedLenFeature([], tf.int64, 0),
      feature2: new tf.io.FixedLenFeature([], tf.string, ""),
      feature3: new tf.io.FixedLenFeature([], tf.float32, 0.0),
    };
    const ds = new tf.data.TFRecordDataset([dir + "/test.tfrecord"]).map((p) => tf.io.parseSingleExample(p, desc));
    let k = 0;
    for await (const r of ds) {
      assert.equal(r.feature2, names[k % 5]);
      k++;
    }
    assert.equal(k, N);
    // serialize in map, write bytes
    const sd = feats.map((a, b, c, d) => ser(a.item(), b.item(), c, d.item()));
    const w2 = new tf.io.TFRecordWriter(dir + "/t2.tfrecord");
    for (const x of sd) w2.write(x);
    await w2.close();
    let c2 = 0;
    for await (const _ of new tf.data.TFRecordDataset(dir + "/t2.tfrecord")) c2++;
    assert.equal(c2, N);
    const t = tf.io.serializeTensor?.(tf.constant([1, 2]));
    if (t) close(tf.io.parseTensor(t, tf.float32), [1, 2]);
    else throw new Error("serializeTensor");
  },
  "13 text loading": async () => {
    writeFileSync(dir + "/cowper.txt", "first line one\nsecond line\nthird one\n");
    writeFileSync(dir + "/derby.txt", "fourth and fifth\nsixth\n");
    const labeled = ["cowper.txt", "derby.txt"].map((f, i) =>
      new tf.data.TextLineDataset(dir + "/" + f).map((l) => [l, tf.cast(i, tf.int64)]),
    );
    let all = labeled[0];
    for (const d of labeled.slice(1)) all = all.concatenate(d);
    all = all.shuffle(50, { reshuffleEachIteration: false });
    const vec = new layers.TextVectorization({ maxTokens: 50, outputMode: "int", outputSequenceLength: 4 });
    await vec.adapt(all.map((t, l) => t).batch(2));
    for await (const [x, y] of all
      .map((t, l) => [t, l])
      .batch(3)
      .map((t, l) => [vec(t), l]))
      assert.deepEqual(x.shape.slice(1), [4]);
    const vocab = vec.getVocabulary();
    const table = new tf.lookup.StaticVocabularyTable(
      new tf.lookup.KeyValueTensorInitializer(
        vocab.slice(2),
        vocab.slice(2).map((_, i) => i),
      ),
      1,
    );
    close(table.lookup([vocab[2]]), [0]);
    const std = (t) => tf.strings.regexReplace(tf.strings.regexReplace(tf.strings.lower(t), "<br />", " "), "[^a-z ]", "");
    assert.deepEqual(std(["Hi<br />You!"]), ["hi you"]);
  },
  "14 CSV tutorial": async () => {
    writeFileSync(
      dir + "/titanic.csv",
      "survived,sex,age,fare,class\n0,male,22,7.25,Third\n1,female,38,71.28,First\n1,female,26,7.9,Third\n0,male,35,8.05,Third\n",
    );
    const csv = tf.data.experimental.makeCsvDataset(dir + "/titanic.csv", 2, { labelName: "survived", numEpochs: 1, shuffle: false });
    for await (const [f, l] of csv.take(1)) {
      assert.deepEqual(f.sex, ["male", "female"]);
      close(f.age, [22, 38]);
      close(l, [0, 1]);
      assert.equal(f.fare.dtype, "float32");
    }
    const lines = await tf.io.readFile(dir + "/titanic.csv");
    const rows = new TextDecoder().decode(lines).trim().split("\n").slice(1);
    const types = [0, "", "x", 0.0, ""].map((_, i) => [[0], [""], [0], [0.5], [""]][i]);
    const cols = tf.io.decodeCsv(rows, types);
    assert.equal(cols.length, 5);
    close(cols[2], [22, 38, 26, 35]);
    const simple = new tf.data.experimental.CsvDataset(dir + "/titanic.csv", types, { header: true });
    for await (const r of simple.take(1)) assert.equal(r.length, 5);
    const slices = tf.data.Dataset.fromTensorSlices({ age: [1, 2], sex: ["m", "f"] });
    for (const e of slices) assert.ok(typeof e.sex === "string");
    const norm = new layers.Normalization();
    norm.adapt(tf.constant([[22], [38]]));
    const inputs = {
      sex: new keras.Input({ shape: [1], name: "sex", dtype: "float32" }),
      age: new keras.Input({ shape: [1], name: "age" }),
    };
    const font = tf.data.Dataset.listFiles(dir + "/*.csv").interleave((f) => new tf.data.TextLineDataset(f).skip(1), {
      cycleLength: 2,
      numParallelCalls: tf.data.AUTOTUNE,
    });
    let n = 0;
    for await (const _ of font) n++;
    assert.equal(n, 4);
  },
  "15 checkpoint guide": async () => {
    class Net extends keras.Model {
      constructor() {
        super();
        this.l1 = new layers.Dense(5);
      }
      call(x) {
        return this.l1(x);
      }
    }
    const toy = () => {
      const inputs = tf.reshape(tf.range(10, { dtype: "float32" }), [10, 1]);
      const labels = tf.add(tf.multiply(inputs, 5), tf.range(5, { dtype: "float32" }));
      return tf.data.Dataset.fromTensorSlices({ x: inputs, y: labels }).repeat().batch(2);
    };
    const step = (net, ex, opt) => {
      const t = new tf.GradientTape();
      const l = t.record(() => tf.reduceMean(tf.abs(tf.subtract(net(ex.x), ex.y))));
      const v = net.trainableVariables;
      opt.applyGradients(tf.zip(t.gradient(l, v), v));
      return l;
    };
    const net = new Net(),
      opt = new keras.optimizers.Adam(0.1),
      it = toy().iterator();
    const ckpt = new tf.train.Checkpoint({ step: tf.variable(1), optimizer: opt, net, iterator: it });
    const man = new tf.train.CheckpointManager(ckpt, dir + "/tf_ckpts", { maxToKeep: 3 });
    await ckpt.restore(man.latestCheckpoint);
    const ls = [];
    for (let i = 0; i < 50; i++) {
      const l = step(net, it.next().value, opt);
      ls.push(l.item());
      if ((i + 1) % 10 === 0) await man.save();
    }
    assert.ok(ls.slice(-5).reduce((a, b) => a + b) < ls.slice(0, 5).reduce((a, b) => a + b));
    const net2 = new Net();
    const st = await new tf.train.Checkpoint({ net: net2 }).restore(man.latestCheckpoint);
    net2(tf.ones([1, 1]));
    close(net2.variables[0], net.variables[0].array());
    assert.equal(man.checkpoints.length, 3);
    const p = await tf.train.latestCheckpoint(dir + "/tf_ckpts");
    assert.equal(p, man.latestCheckpoint);
  },
  "16 custom training with keras": async () => {
    const inputs = new keras.Input({ shape: [4] });
    const x = new layers.Dense(8, { activation: "relu" })(inputs);
    const model = new keras.Model({ inputs, outputs: new layers.Dense(3)(x) });
    const opt = new keras.optimizers.SGD({ learningRate: 0.1 });
    const lossFn = new keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
    const acc = new keras.metrics.SparseCategoricalAccuracy();
    const X = tf.random.normal([32, 4], { seed: 1 }),
      Y = tf.cast(tf.argmax(tf.slice(X, [0, 0], [32, 3]), { axis: 1 }), "int32");
    const ds = tf.data.Dataset.fromTensorSlices([X, Y]).shuffle(32).batch(8);
    const step = tf.function((x, y) => {
      const t = new tf.GradientTape();
      const [l, lg] = t.record(() => {
        const lg = model(x, { training: true });
        return [lossFn(y, lg), lg];
      });
      const g = t.gradient(l, model.trainableWeights);
      opt.applyGradients(tf.zip(g, model.trainableWeights));
      acc.updateState(y, lg);
      return l;
    });
    let a, b;
    for (let e = 0; e < 20; e++) {
      for (const [x, y] of ds) {
        b = step(x, y).item();
        a ??= b;
      }
      acc.resetState();
    }
    assert.ok(b < a);
  },
  "17 keras layer from scratch, add_loss": async () => {
    class Reg extends layers.Layer {
      call(x) {
        this.addLoss(tf.multiply(1e-2, tf.reduceSum(x)));
        return x;
      }
    }
    const m = new keras.Sequential([new layers.Dense(2), new Reg()]);
    m(tf.ones([1, 3]));
    assert.equal(m.losses.length, 1);
  },
  "18 summary tutorial": async () => {
    const w = tf.summary.createFileWriter(dir + "/logs");
    const f = tf.function((x, s) => {
      tf.summary.scalar("loss", x, { step: s });
      return x;
    });
    w.asDefault(() => {
      for (let i = 0; i < 3; i++) f(tf.constant(i), tf.constant(i, { dtype: "int32" }));
      tf.summary.histogram("h", tf.random.normal([100]), { step: 1 });
      tf.summary.image("img", tf.random.uniform([1, 8, 8, 3]), { step: 0 });
    });
    await w.flush();
    await w.asDefault(async () => {
      tf.summary.scalar("x", 1, { step: 1 });
    });
  },
  "19 images loading": async () => {
    const img = tf.cast(tf.random.uniform([20, 30, 3], { maxval: 256 }), "uint8");
    await tf.io.writeFile(dir + "/a.png", await tf.io.encodePng(img));
    await tf.io.writeFile(dir + "/b.jpg", await tf.io.encodeJpeg(img, { quality: 90 }));
    const ds = tf.data.Dataset.listFiles(dir + "/*.{png,jpg}", { shuffle: false })
      .map(
        async (p) => tf.image.resize(await tf.io.decodeImage(await tf.io.readFile(p), { channels: 3, expandAnimations: false }), [16, 16]),
        { numParallelCalls: tf.data.AUTOTUNE },
      )
      .cache()
      .batch(2)
      .prefetch(tf.data.AUTOTUNE);
    for await (const b of ds) assert.deepEqual(b.shape, [2, 16, 16, 3]);
    const two = tf.data.Dataset.listFiles(dir + "/*.png")
      .map((p) => tf.io.readFile(p))
      .map((b) => tf.io.decodePng(b, { channels: 3 }));
    for await (const x of two) assert.deepEqual(x.shape, [20, 30, 3]);
    const parts = tf.strings.split("data/train/cat/1.png", "/");
    const conv = tf.image.convertImageDtype(img, tf.float32);
    assert.ok(Math.max(...conv.data()) <= 1);
  },
  "20 audio": async () => {
    const t = tf.range(1000, { dtype: "float32" });
    const s = tf.sin(tf.multiply(t, 0.1));
    const sp = tf.abs(tf.signal.stft(s, 255, 128));
    assert.equal(sp.shape[1], 129);
  },
  "21 time series windows": async () => {
    const ds = keras.utils.timeseriesDatasetFromArray(tf.range(20, { dtype: "float32" }), null, 5, { sequenceStride: 2, batchSize: 4 });
    for (const b of ds) assert.equal(b.shape[1], 5);
    const feats = tf.data.Dataset.range(100)
      .batch(10, { dropRemainder: true })
      .map((b) => [tf.slice(b, [0], [5]), tf.slice(b, [5], [5])]);
    for (const [f, l] of feats.take(1)) close(l, [5, 6, 7, 8, 9]);
  },
  "22 linear algebra, random": async () => {
    const g1 = tf.random.Generator.fromSeed(1);
    assert.deepEqual(g1.normal([2, 3]).shape, [2, 3]);
    close(tf.random.statelessUniform([2], { seed: [1, 2] }), tf.random.statelessUniform([2], { seed: [1, 2] }).array());
    close(
      tf.linalg.det(
        tf.constant([
          [1, 2],
          [3, 4],
        ]),
      ),
      [-2],
      1e-3,
    );
    close(
      tf.linalg.inv(
        tf.constant([
          [2, 0],
          [0, 4],
        ]),
      ),
      [0.5, 0, 0, 0.25],
    );
    close(tf.einsum("ij,jk->ik", tf.ones([2, 3]), tf.ones([3, 2])), [3, 3, 3, 3]);
    close(tf.tensordot(tf.ones([2, 3]), tf.ones([3, 2]), 1), [3, 3, 3, 3]);
  },
  "23 word2vec bits": async () => {
    const sg = keras.preprocessing?.sequence;
    const ctx = tf.constant([[1]], { dtype: tf.int64 });
    const tokens = tf.strings.split(tf.strings.lower("The wide road shimmered"));
    const emb = new layers.Embedding(10, 4);
    assert.deepEqual(emb(tf.constant([[1, 2]])).shape, [1, 2, 4]);
    if (tf.random.logUniformCandidateSampler) {
      const r = tf.random.logUniformCandidateSampler(ctx, 1, 4, true, 8, { seed: 1 });
    }
    const ds = tf.data.Dataset.fromTensorSlices([
      tf.constant([
        [1, 2],
        [3, 4],
      ]),
      tf.constant([[1], [0]]),
    ]);
  },
  "24 graphs: print, autograph": async () => {
    const sum = tf.function(
      (x) => {
        let s = 0;
        for (const c of x) {
          if (c % 2 > 0) continue;
          s += c;
        }
        return s;
      },
      { autograph: true },
    );
    close(sum(tf.constant([1, 2, 3, 4], { dtype: "int32" })), [6]);
    assert.match(
      tf.autograph.toCode(function f(x) {
        if (x > 0) return x;
        return -x;
      }),
      /if/,
    );
    const dnc = tf.autograph.experimental.doNotConvert((x) => x);
    assert.equal(dnc(1), 1);
  },
  "25 strings": async () => {
    assert.deepEqual(tf.strings.join(["a", "b"], { separator: "-" }), "a-b");
    close(tf.strings.length(["abc", "de"]), [3, 2]);
    close(tf.strings.toNumber(["1", "2.5"]), [1, 2.5]);
    assert.equal(
      tf.strings.format("{} is {}", [tf.constant(1, { dtype: "int32" }), tf.constant([1, 2], { dtype: "int32" })]),
      "1 is [1 2]",
    );
    assert.ok(
      tf.strings.unicodeDecode && tf.strings.unicodeEncode && tf.strings.bytesSplit && tf.strings.toHashBucketFast && tf.strings.ngrams,
      "missing: " +
        ["unicodeDecode", "unicodeEncode", "bytesSplit", "toHashBucketFast", "ngrams", "unicodeTranscode", "unicodeScript"].filter(
          (n) => !tf.strings[n],
        ),
    );
  },
  "26 numpy": async () => {
    const np = await import("../../lib/api/numpy.js");
    close(np.sum(np.ones([5, 3], { dtype: np.float32 })), [15]);
    close(np.matmul(np.ones([2, 2]), np.ones([2, 2])), [2, 2, 2, 2]);
  },
};

for (const [name, run] of Object.entries(tutorials))
  t.test(name.replace(/^\d+ /, ""), async (t) => {
    await run();
    t.pass("it ran, and gave what it should");
  });
