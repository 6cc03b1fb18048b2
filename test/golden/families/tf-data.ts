// A pipeline of tf.data: the elements that come out, their order, how many there are, and where it refuses.

import type { Case } from "../cases.js";
import { compare } from "../compare.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { surface } from "../surface.js";
import { isEncoded, isRecord, toTensor } from "../values.js";
import { visible } from "../../../lib/data/structure.js";

// eslint-disable-next-line -- the public face as a case reaches it
const tf = surface.tf as any;
// eslint-disable-next-line -- elements of any structure
type Any = any;
type Stage = { readonly stage: string; readonly [parameter: string]: Any };

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const int = (value: number): Any => tf.constant(value, { dtype: "int32" });
const repeated = (x: Any, times: Any): Any => tf.data.Dataset.fromTensors(x).repeat(typeof times === "number" ? times : times.item());
const range = (...bounds: Any[]): Any => tf.data.Dataset.range(...bounds.map((each) => (typeof each === "number" ? each : each.item())));
const sum = (window: Any): Any => tf.data.Dataset.fromTensors(window.reduce(int(0), (s: Any, x: Any) => tf.add(s, x)));

const functions: Readonly<Record<string, (...args: Any[]) => Any>> = {
  "x*2": (x) => x.mul(2),
  "x+1": (x) => x.add(1),
  "x*x": (x) => x.mul(x),
  "x%3": (x) => x.mod(3),
  "a+b": (a, b) => tf.add(a, b),
  "10/x": (x) => tf.math.floordiv(int(10), x),
  "pair(x,x*x)": (x) => [x, x.mul(x)],
  "swap(a,b)": (a, b) => [b, a],
  "dict(a=x,b=-x)": (x) => ({ a: x, b: x.neg() }),
  "d.a+d.b": (d) => tf.add(d.a, d.b),
  "cast(x,float32)": (x) => tf.cast(x, "float32"),
  "[x,x]": (x) => tf.stack([x, x]),
  "fill([x],x)": (x) => tf.fill([x.item()], x),
  "pair(fill([x],x),x)": (x) => [tf.fill([x.item()], x), x],
  "reduce_sum(x)": (x) => tf.reduceSum(x),
  "check_numerics(1/x)": (x) => tf.debugging.checkNumerics(tf.divide(1, x), "not finite"),
  "assert(x<3)": (x) => {
    tf.debugging.assertLess(x, 3);
    return x;
  },
  "x%2": (x) => x.mod(2),
  "x%2==0": (x) => x.mod(2).equal(0),
  "x<5": (x) => x.less(5),
  "x>2": (x) => x.greater(2),
  "a>2": (a) => a.greater(2),
  false: () => false,
  "range(x)": (x) => range(x),
  "range(x,x+3)": (x) => range(x, x.add(3)),
  "repeat(x,3)": (x) => repeated(x, 3),
  "repeat(x,x)": (x) => repeated(x, x),
  "slices(x)": (x) => tf.data.Dataset.fromTensorSlices(x),
  w: (w) => w,
  "batch(w,2)": (w) => w.batch(2),
  "batch(w,3)": (w) => w.batch(3),
  "batch(w,3,drop)": (w) => w.batch(3, { dropRemainder: true }),
  "zip(batch(a,3),batch(b,3))": (a, b) => tf.data.Dataset.zip(a.batch(3), b.batch(3)),
  "(s+x,s+x)": (s, x) => [tf.add(s, x), tf.add(s, x)],
  "(s+1,s*x)": (s, x) => [s.add(1), tf.multiply(s, x)],
  "(x,x-s)": (s, x) => [x, tf.subtract(x, s)],
  "((a+b,a),a)": ([a, b]) => [[tf.add(a, b), a], a],
  "s+x": (s, x) => tf.add(s, x),
  "s+1": (s) => s.add(1),
  "max(s,x)": (s, x) => tf.maximum(s, x),
  "s*2+x": (s, x) => tf.add(s.mul(2), x),
  "(s+x,n+1)": ([s, n], x) => [tf.add(s, x), n.add(1)],
  0: () => int(0),
  "len(x)": (x) => tf.shape(x).data()[0],
};
/** Reductions of windows get the key first. */
const reductions: Readonly<Record<string, (key: Any, window: Any) => Any>> = {
  "batch(w,100)": (_, w) => w.batch(100),
  "batch(w,2)": (_, w) => w.batch(2),
  "sum(w)": (_, w) => sum(w),
  "pair(k,sum(w))": (k, w) => tf.data.Dataset.zip(tf.data.Dataset.fromTensors(k), sum(w)),
};

function named(table: Readonly<Record<string, Any>>, name: unknown): Any {
  const found = Object.hasOwn(table, String(name)) ? table[String(name)] : undefined;
  if (!found) throw new Unsupported(`the function ${String(name)}`);
  return found;
}

/** A recorded value: tensors, strings, tuples and records; numbers are whole ones. */
function valueOf(value: unknown): Any {
  if (isEncoded(value)) return value.strings ? (value.shape.length === 0 ? value.strings[0] : [...value.strings]) : toTensor(value);
  if (typeof value === "number") return int(value);
  if (Array.isArray(value)) return value.map(valueOf);
  if (isRecord(value) && "$float" in value) return tf.constant(Number(value["$float"]));
  if (isRecord(value) && "$floats" in value) return (value["$floats"] as unknown[]).map(Number);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, valueOf(each)]));
  return value;
}

const optionsOf = (stage: Stage, ...others: string[]): Record<string, Any> =>
  Object.fromEntries(
    Object.entries(stage)
      .filter(([key]) => key !== "stage" && !others.includes(key))
      .map(([key, value]) => [camel(key), isRecord(value) && "$floats" in value ? valueOf(value) : value]),
  );

const { Dataset } = tf.data;
const sources: Readonly<Record<string, (stage: Stage) => Any>> = {
  range: ({ args }) => Dataset.range(...args),
  from_tensor_slices: ({ value }) => Dataset.fromTensorSlices(valueOf(value)),
  from_tensors: ({ value }) => Dataset.fromTensors(valueOf(value)),
  from_generator: ({ elements, shape, dtype }) =>
    Dataset.fromGenerator(() => elements as Iterable<unknown>, { outputSignature: new tf.TensorSpec(shape, dtype) }),
  counter: (stage) => Dataset.counter(optionsOf(stage)),
  zip: ({ datasets }) =>
    Dataset.zip(
      Array.isArray(datasets)
        ? datasets.map(pipeline)
        : Object.fromEntries(Object.entries(datasets).map(([key, each]) => [key, pipeline(each as Stage[])])),
    ),
  sample_from_datasets: (stage) => Dataset.sampleFromDatasets(stage["datasets"].map(pipeline), optionsOf(stage, "datasets")),
  choose_from_datasets: (stage) =>
    Dataset.chooseFromDatasets(
      stage["datasets"].map(pipeline),
      pipeline(stage["choice_dataset"]),
      optionsOf(stage, "datasets", "choice_dataset"),
    ),
};
const stages: Readonly<Record<string, (dataset: Any, stage: Stage) => Any>> = {
  map: (dataset, stage) => dataset.map(named(functions, stage["fn"]), ...rest(optionsOf(stage, "fn"))),
  filter: (dataset, { fn }) => dataset.filter(named(functions, fn)),
  take_while: (dataset, { fn }) => dataset.takeWhile(named(functions, fn)),
  flat_map: (dataset, { fn }) => dataset.flatMap(named(functions, fn)),
  interleave: (dataset, stage) => dataset.interleave(named(functions, stage["fn"]), optionsOf(stage, "fn")),
  scan: (dataset, { fn, initial_state }) => dataset.scan(valueOf(initial_state), named(functions, fn)),
  concatenate: (dataset, { dataset: other }) => dataset.concatenate(pipeline(other)),
  apply: (dataset, { program }) => dataset.apply((inner: Any) => (program as Stage[]).reduce(add, inner)),
  group_by_window: (dataset, stage) =>
    dataset.groupByWindow({
      keyFunc: named(functions, stage["key_fn"]),
      reduceFunc: named(reductions, stage["reduce_fn"]),
      ...optionsOf(stage, "key_fn", "reduce_fn"),
    }),
  bucket_by_sequence_length: (dataset, stage) =>
    dataset.bucketBySequenceLength({
      elementLengthFunc: named(functions, stage["element_length_fn"]),
      ...optionsOf(stage, "element_length_fn"),
    }),
  padded_batch: (dataset, stage) => dataset.paddedBatch(stage["batch_size"], optionsOf(stage, "batch_size")),
  rebatch: (dataset, stage) => dataset.rebatch(stage["batch_size"], optionsOf(stage, "batch_size")),
};
const rest = (options: Record<string, Any>): Any[] => (Object.keys(options).length > 0 ? [options] : []);

function add(dataset: Any, stage: Stage): Any {
  const own = stages[stage.stage];
  if (own) return own(dataset, stage);
  const method = dataset[camel(stage.stage)];
  if (typeof method !== "function") throw new Unsupported(`dataset.${stage.stage}`);
  return method.call(dataset, ...rest(optionsOf(stage)));
}

function pipeline(program: readonly Stage[]): Any {
  const [source, ...others] = program;
  return others.reduce(add, named(sources, source!.stage)(source!));
}

/** An element as it is compared: windows are lists. */
async function opened(value: Any): Promise<Any> {
  if (value && typeof value.enumerate === "function") return { $dataset: await elementsOf(value, Infinity) };
  if (Array.isArray(value)) return Promise.all(value.map(opened));
  if (isRecord(value) && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await opened(each)])));
  return value;
}

async function elementsOf(dataset: Any, most: number): Promise<Any[]> {
  const all: Any[] = [];
  if (most === 0) return all;
  for await (const element of dataset) {
    all.push(await opened(element));
    if (all.length >= most) break;
  }
  return all;
}

function check(expected: unknown, actual: Any, where: string): void {
  if (isEncoded(expected) && expected.strings) {
    const flat = (Array.isArray(actual) ? actual.flat(Infinity) : [actual]) as unknown[];
    if (JSON.stringify(flat) !== JSON.stringify(expected.strings))
      throw new Mismatch(`${where}: got ${JSON.stringify(flat)}, expected ${JSON.stringify(expected.strings)}`);
  } else if (isRecord(expected) && "$dataset" in expected) check(expected["$dataset"], actual?.$dataset, where);
  else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      throw new Mismatch(`${where}: got ${String(actual?.length)} parts, expected ${expected.length}`);
    expected.forEach((each, i) => check(each, actual[i], `${where}[${i}]`));
  } else if (isRecord(expected) && !isEncoded(expected)) {
    for (const [key, each] of Object.entries(expected)) check(each, actual?.[key], `${where}.${key}`);
  } else compare(expected, actual, { rtol: 1e-6, atol: 0 }, where);
}

const key = (element: Any): string => JSON.stringify(element);
const encodedKey = (expected: unknown): string => key(isEncoded(expected) ? toTensor(expected) : valueOf(expected));

/** Compares without order; with a buffer, how far elements came forward. */
function checkMultiset(testCase: Case, expected: readonly unknown[], actual: readonly Any[]): void {
  const [wanted, got] = [expected.map(encodedKey), actual.map(key)];
  if ([...wanted].sort().join() !== [...got].sort().join())
    throw new Mismatch(`elements: got ${got.join(" ")}, expected ${wanted.join(" ")} in any order`);
  const size = testCase["buffer_size"] as number | undefined;
  const epoch = (testCase["epoch_size"] as number | undefined) ?? got.length;
  if (size === undefined) return;
  if (size === 1 && wanted.join() !== got.join())
    throw new Mismatch(`elements: got ${got.join(" ")}, expected this order: ${wanted.join(" ")}`);
  const inOrder = [...new Set(wanted)].sort((a, b) => Number(a) - Number(b));
  got.forEach((each, i) => {
    const from = inOrder.indexOf(each);
    if (from >= (i % epoch) + size) throw new Mismatch(`elements: ${each} at ${i} came from ${from}, beyond a buffer of ${size}`);
  });
  if (testCase["same_order_each_epoch"] === true && got.slice(0, epoch).join() !== got.slice(epoch, 2 * epoch).join())
    throw new Mismatch("elements: epochs in different orders, expected one");
}

/** Runs a recorded pipeline. */
export async function runPipeline(testCase: Case): Promise<void> {
  const program = testCase["program"] as Stage[];
  const expected = (testCase["elements"] ?? testCase["multiset"] ?? []) as unknown[];
  if (testCase.kind === "error") return refused(testCase, program);
  const dataset = pipeline(program);
  checkCardinality(testCase["cardinality"], dataset);
  if (testCase.kind === "operation") {
    const isReduce = testCase["name"] === "reduce";
    const result = isReduce
      ? dataset.reduce(valueOf(testCase["initial_state"]), named(functions, testCase["fn"]))
      : dataset.getSingleElement();
    return check(testCase["result"], await result, "result");
  }
  const most = testCase["more"] === true ? expected.length : Infinity;
  const actual = await elementsOf(dataset, most);
  if (testCase.kind === "multiset") return checkMultiset(testCase, expected, actual);
  check(expected, actual, "elements");
  await checkRestored(dataset, expected, most);
}

function checkCardinality(recorded: unknown, dataset: Any): void {
  if (recorded === undefined) return;
  const given = dataset.cardinality();
  const shown = given === -1 ? "infinite" : given === -2 ? "unknown" : given;
  // Where TensorFlow does not know how many there are, knowing it is no fault.
  if (shown !== recorded && recorded !== "unknown") throw new Mismatch(`cardinality: got ${shown}, expected ${String(recorded)}`);
}

/** An iteration left in the middle and taken up in another iterator goes on there. */
async function checkRestored(dataset: Any, expected: readonly unknown[], most: number): Promise<void> {
  const at = Math.floor(expected.length / 2);
  const first = dataset.iterator();
  for (let i = 0; i < at; i++) await first.step();
  const second = dataset.iterator();
  second.loadState(JSON.parse(JSON.stringify(first.saveState())));
  const left: Any[] = [];
  while (left.length + at < Math.min(most, expected.length + 1)) {
    const { done, value } = await second.step();
    if (done) break;
    left.push(await opened(visible(value)));
  }
  check(expected.slice(at), left, "restored");
}

async function refused(testCase: Case, program: readonly Stage[]): Promise<void> {
  const before: Any[] = [];
  let built = false;
  try {
    const dataset = pipeline(program);
    built = true;
    if (testCase["name"] === "get_single_element") await dataset.getSingleElement();
    else for await (const element of dataset) before.push(await opened(element));
  } catch (error) {
    if (error instanceof Unsupported || !(error instanceof Error && "given" in error)) throw error;
    if (testCase["at"] === "build" && built) throw new Mismatch("refused when it was iterated, expected it to be when it was built");
    const expected = (testCase["elements_before"] ?? []) as unknown[];
    // What is refused earlier than TensorFlow does it, when the pipeline is built, gives no elements.
    if (built) check(expected, before, "elements before");
    return;
  }
  throw new Mismatch("got elements, expected an error");
}
