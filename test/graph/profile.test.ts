import t from "tap";
import * as tf from "../../lib/index.js";

interface TraceEvent {
  name: string;
  cat: string;
  ph: string;
  ts: number;
  dur: number;
}

const eventsOf = (trace: string) => (JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents;
const contains = (outer: TraceEvent, inner: TraceEvent) => outer.ts <= inner.ts && inner.ts + inner.dur <= outer.ts + outer.dur;

/** Two events lie one within the other or apart. */
const nest = (events: readonly TraceEvent[]) =>
  events.every((a) => events.every((b) => contains(a, b) || contains(b, a) || a.ts + a.dur <= b.ts + 1e-3 || b.ts + b.dur <= a.ts + 1e-3));

function model(): tf.keras.Sequential {
  const sequential = new tf.keras.Sequential([
    new tf.keras.Input({ shape: [4] }),
    new tf.keras.layers.Dense(8, { activation: "relu" }),
    new tf.keras.layers.Dense(3),
  ]);
  const loss = new tf.keras.losses.SparseCategoricalCrossentropy({ fromLogits: true });
  sequential.compile({ optimizer: "adam", loss, metrics: ["accuracy"] });
  return sequential;
}

const x = tf.random.normal([6, 4], { seed: 1 });
const y = tf.constant([0, 1, 2, 0, 1, 2], { dtype: "int32" });

t.test("the listing shows groups, and in which segment between barriers each step runs", async (t) => {
  const w = tf.random.normal([300, 300], { seed: 2 });
  const f = tf.function((x: tf.Tensor) => tf.matmul(tf.matmul(x, w), tf.exp(x).mul(2)), { name: "two" });
  const { graph } = f.getConcreteFunction(new tf.TensorSpec([300, 300]));
  t.match(graph, /= fused\(\[%0, constant float32\[\]\]\) \{ steps: "exp multiply" \}/);
  const places = [...graph.matchAll(/^ +(\d+)(?:-(\d+))?  /gm)].map(([, first, last]) => Number(last ?? first));
  t.equal(places.length, 3);
  t.match(graph, new RegExp(`\n${Math.max(...places) + 1} segments`));
});

t.test("a model's profile: every step of the program of training or prediction, and nothing is trained", async (t) => {
  const network = model();
  await network.fit(x, y, { verbose: 0 });
  const before = network.getWeights().map((weight) => [...weight]);
  const iterations = network.optimizer.iterations.item();
  const profile = await network.profile(x, y);
  t.same(
    network.getWeights().map((weight) => [...weight]),
    before,
  );
  t.equal(network.optimizer.iterations.item(), iterations);
  t.equal(profile.steps.filter(({ operation }) => operation === "adam").length, 4);
  t.ok(profile.steps.every(({ runs }) => runs === profile.steps[0]!.runs));
  t.match(String(profile), /^operation .*\n[\s\S]*adam[\s\S]*one run as a whole: [\d.]+ ms$/);
  t.ok(profile.runMs > 0 && profile.stepsMs > 0);

  const prediction = await network.profile(x);
  t.equal(prediction.steps.filter(({ operation }) => operation === "matmul").length, 2);
  t.notOk(prediction.steps.some(({ operation }) => operation === "adam"));

  const eager = model();
  eager.compile({ optimizer: "adam", loss: "mse", runEagerly: true });
  await t.rejects(eager.profile(x, y), /profile: given a model that runs eagerly; expected a compiled step/);
});

t.test("a recording covers every step of every program, and its trace file nests", async (t) => {
  const network = model();
  await network.fit(x, y, { verbose: 0 });
  const recording = await tf.profiler.profile(() => network.fit(x, y, { epochs: 2, batchSize: 3, verbose: 0 }));
  const events = eventsOf(recording.chromeTrace());
  const programs = events.filter(({ cat }) => cat === "program");
  t.equal(programs.filter(({ name }) => name === "train_step").length, 4);
  t.ok(events.every(({ ph, ts, dur }) => ph === "X" && ts >= 0 && dur >= 0));
  t.ok(nest(events));
  const steps = events.filter(({ cat }) => cat === "step");
  t.ok(steps.every((step) => programs.some((program) => contains(program, step))));
  t.equal(
    steps.length,
    recording.steps.reduce((sum, { runs }) => sum + runs, 0),
  );
  t.equal(steps.filter(({ name }) => name === "adam").length, 16);
  t.ok(Math.abs(recording.steps.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6);
});

t.test("programs within a step lie within it, and are not counted as its own time", async (t) => {
  const f = tf.function((x: tf.Tensor) =>
    tf.cond(
      tf.reduceSum(x).greater(0),
      () => tf.cumsum(x),
      () => x.neg(),
    ),
  );
  f(tf.ones([3]));
  const recording = await tf.profiler.profile(() => f(tf.ones([3])));
  const events = eventsOf(recording.chromeTrace());
  const [cond, branch] = [events.find(({ name }) => name === "cond")!, events.find(({ name }) => name.startsWith("cond branch"))!];
  t.ok(contains(cond, branch));
  t.ok(nest(events));
  const own = recording.steps.find(({ operation }) => operation === "cond")!.ms;
  t.ok(own * 1000 <= cond.dur - branch.dur + 1);
});

t.test("without a recording nothing is recorded, also after one that failed", async (t) => {
  const f = tf.function((x: tf.Tensor) => tf.cumsum(x));
  await t.rejects(
    tf.profiler.profile(() => {
      f(tf.ones([3]));
      throw new Error("as planned");
    }),
    /as planned/,
  );
  const recording = await tf.profiler.profile(() => undefined);
  f(tf.ones([3]));
  t.same(recording.steps, []);
  t.same(eventsOf(recording.chromeTrace()), []);
});
