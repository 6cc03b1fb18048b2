// Resolvers: what finds a cluster and the place of this process in it. Expected values are TensorFlow's.

import t from "tap";
import * as tf from "../../lib/index.js";
import { expandHostlist, expandTasksPerNode } from "../../lib/runtime/slurm.js";
import { messageOf } from "../support/message.js";

const { ClusterResolver, SimpleClusterResolver, TFConfigClusterResolver, SlurmClusterResolver, UnionResolver, KubernetesClusterResolver } =
  tf.distribute.cluster_resolver;
const { ClusterSpec } = tf.train;

/** Runs an action with other variables of the environment. */
function withEnvironment<R>(variables: Readonly<Record<string, string>>, action: () => R): R {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (/^(SLURM_|TF_CONFIG)/.test(name)) delete process.env[name];
  Object.assign(process.env, variables);
  try {
    return action();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

const hostlists: Readonly<Record<string, string[]>> = {
  n1: ["n1"],
  "n[1,3]": ["n1", "n3"],
  "n[1-3]": ["n1", "n2", "n3"],
  "n[1-2],m5,o[3-4,6,7-9]": ["n1", "n2", "m5", "o3", "o4", "o6", "o7", "o8", "o9"],
  "n[09-11]": ["n09", "n10", "n11"],
  "node[1-2].cluster,a": ["node1.cluster", "node2.cluster", "a"],
  "r[1-2]n[1-2]": ["r1n1", "r1n2", "r2n1", "r2n2"],
};
t.test("lists of hosts and tasks as Slurm writes them", (t) => {
  for (const [list, hosts] of Object.entries(hostlists)) t.strictSame(expandHostlist(list), hosts, list);
  t.strictSame(expandTasksPerNode("3(x2),4,1"), [3, 3, 4, 1]);
  for (const wrong of ["", "n[1", "n[b-c]", "n[3-1]", "n1,,n2"]) t.equal(expandHostlist(wrong), null, wrong);
  t.equal(expandTasksPerNode("3x2"), null);
  t.end();
}); // prettier-ignore

const step = { SLURM_PROCID: "2", SLURM_STEP_NODELIST: "n[1-2]", SLURM_STEP_TASKS_PER_NODE: "2(x2)" };

t.test("Slurm: workers, jobs, ports", (t) => {
  withEnvironment(step, () => {
    const all = new SlurmClusterResolver();
    t.strictSame(all.clusterSpec().asDict(), { worker: ["n1:8888", "n1:8889", "n2:8888", "n2:8889"] });
    t.strictSame([...all.getTaskInfo(), all.rpcLayer, all.master()], ["worker", 2, "grpc", "grpc://n2:8888"]);
    t.strictSame(all.master("worker", 1, ""), "n1:8889");
    t.strictSame(all.numAccelerators(), {});
    const jobs = new SlurmClusterResolver({ jobs: { ps: 1, worker: 2, chief: 1 }, portBase: 7000, rpcLayer: null });
    t.strictSame(jobs.clusterSpec().asDict(), { chief: ["n1:7000"], worker: ["n1:7001", "n2:7000"], ps: ["n2:7001"] });
    t.strictSame([...jobs.getTaskInfo(), jobs.master()], ["worker", 1, "n2:7000"]);
    t.strictSame(new SlurmClusterResolver({ jobs: { worker: 2, evaluator: 1 }, tasksPerNode: [2, 1] }).getTaskInfo(), ["evaluator", 0]);
    t.strictSame(new SlurmClusterResolver({ tasksPerNode: 3 }).clusterSpec().numTasks("worker"), 6);
  });
  t.end();
});

t.test("TF_CONFIG, and what overrides it", (t) => {
  const config = { cluster: { worker: ["a:1", "b:2"] }, task: { type: "worker", index: 0 }, rpc_layer: "grpc", environment: "cloud" };
  withEnvironment({ TF_CONFIG: JSON.stringify(config) }, () => {
    const plain = new TFConfigClusterResolver();
    t.strictSame([plain.taskType, plain.taskId, plain.rpcLayer, plain.environment], ["worker", 0, "grpc", "cloud"]);
    t.equal(plain.master(), "grpc://a:1");
    const other = new TFConfigClusterResolver({ taskId: 1, rpcLayer: "mpi", environment: "" });
    t.strictSame([other.taskType, other.taskId, other.rpcLayer, other.environment, other.master()], ["worker", 1, "mpi", "", "mpi://b:2"]);
    t.throws(() => new TFConfigClusterResolver({ taskId: 2 }), /TF_CONFIG\.task\.index: given 2; expected an index from 0 to 1/);
  });
  withEnvironment({}, () => {
    const none = new TFConfigClusterResolver();
    t.strictSame([none.clusterSpec().asDict(), none.taskType, none.master()], [{}, null, ""]);
  });
  t.end();
});

t.test("a cluster that is known; one of one's own", (t) => {
  const spec = new ClusterSpec({ worker: ["a:1", "b:2"] });
  const simple = new SimpleClusterResolver(spec, { master: "m", environment: "e", numAccelerators: { GPU: 2 }, rpcLayer: "grpc" });
  t.strictSame([simple.master(), simple.master("worker", 1), simple.master("worker", 1, "x")], ["grpc://m", "grpc://b:2", "x://b:2"]);
  t.strictSame([simple.environment, simple.numAccelerators()], ["e", { GPU: 2 }]);
  class Own extends ClusterResolver {
    override taskType = "worker";
    override taskId = 1;
    override clusterSpec() {
      return spec;
    }
  }
  t.strictSame([new Own().master(), new Own().environment, new Own().numAccelerators()], ["b:2", "", {}]);
  t.end();
});

t.test("several resolvers as one", async (t) => {
  const one = new SimpleClusterResolver({ worker: ["a:1"] }, { taskType: "worker", taskId: 0, rpcLayer: "grpc", master: "m" });
  const other = new SimpleClusterResolver({ worker: ["b:2"], ps: ["c:3"] }, { environment: "e", numAccelerators: { GPU: 1 } });
  const union = new UnionResolver([one, other]);
  t.strictSame(((await union.clusterSpec()) as tf.train.ClusterSpec).asDict(), { worker: ["a:1", "b:2"], ps: ["c:3"] });
  t.strictSame([union.taskType, union.taskId, union.rpcLayer, union.environment], ["worker", 0, "grpc", "e"]);
  t.strictSame([union.master(), union.master("ps", 0), union.numAccelerators()], ["grpc://m", "grpc://c:3", { GPU: 1 }]);
  const said = new UnionResolver([one, other], { taskType: "ps", taskId: 0, rpcLayer: "x" });
  t.strictSame([said.taskType, said.taskId, said.rpcLayer], ["ps", 0, "x"]);
  const third = new SimpleClusterResolver({ chief: ["d:4"] }, { environment: "f" });
  t.throws(() => new UnionResolver([other, third]).environment, /environment: given e and f; expected one environment/);
});

t.test("Kubernetes: the pods of labels, sorted by name", async (t) => {
  const asked: string[] = [];
  const pod = (name: string, phase = "Running") => ({ metadata: { name }, status: { phase, podIP: `10.0.0.${name.at(-1)!}` } });
  const client = (phase = "Running") => ({
    async listPodForAllNamespaces({ labelSelector }: { labelSelector: string }) {
      asked.push(labelSelector);
      return await Promise.resolve({ items: labelSelector === "job=ps" ? [pod("p9")] : [pod("w2"), pod("w1", phase)] });
    },
  });
  const jobToLabelMapping = { worker: ["job=w"], ps: ["job=ps"] };
  const resolver = new KubernetesClusterResolver({ jobToLabelMapping, tfServerPort: 7000, overrideClient: client() });
  t.strictSame((await resolver.clusterSpec()).asDict(), { worker: ["10.0.0.1:7000", "10.0.0.2:7000"], ps: ["10.0.0.9:7000"] });
  t.strictSame(asked, ["job=w", "job=ps"]);
  t.match(
    await messageOf(() => new KubernetesClusterResolver({ overrideClient: client("Pending") }).clusterSpec()),
    /given the pod w1 in the phase Pending; expected pods that run/,
  );
  const union = new UnionResolver([resolver, new SimpleClusterResolver({ chief: ["c:1"] })]);
  t.strictSame((await union.clusterSpec()).jobs, ["chief", "ps", "worker"], "one of them takes time");
});

t.test("what per-worker values are", (t) => {
  const { coordinator, experimental } = tf.distribute;
  t.equal(experimental.coordinator.ClusterCoordinator, coordinator.ClusterCoordinator);
  t.equal(experimental.coordinator.PerWorkerValues, coordinator.PerWorkerValue);
  const dataset = new coordinator.PerWorkerDataset(() => tf.data.Dataset.range(2));
  t.ok(dataset instanceof coordinator.PerWorkerValue && dataset.iterator() instanceof coordinator.PerWorkerValue);
  t.end();
});

t.test("a coordinator whose process is alone runs what it schedules, with arguments in each form", async (t) => {
  await tf.distribute.initialize();
  const strategy = new tf.distribute.ParameterServerStrategy();
  const coordinator = new tf.distribute.coordinator.ClusterCoordinator(strategy);
  const v = strategy.scope(() => tf.variable(0, { dtype: "float32" }));
  const add = (x: number, { scale = 1 }: { scale?: number } = {}): number => {
    v.assignAdd(x * scale);
    return x * scale;
  };
  const values = [
    coordinator.schedule(add, [1]),
    coordinator.schedule(add, [2], { scale: 10 }),
    coordinator.schedule(add, { args: [3], kwargs: { scale: 100 } }),
  ];
  t.throws(() => values[0]!.fetch(), /RemoteValue\.fetch: given a function that has not run/);
  await coordinator.join();
  t.strictSame([coordinator.fetch(values), v.item()], [[1, 20, 300], 321]);
});

const mistakes: Readonly<Record<string, [() => unknown, RegExp]>> = {
  "no job step": [
    () => withEnvironment({}, () => new SlurmClusterResolver()),
    /SlurmClusterResolver: given no job step: SLURM_STEP_NODELIST, SLURM_PROCID; expected/,
  ],
  "hosts that can't be read": [
    () => withEnvironment({ ...step, SLURM_STEP_NODELIST: "n[1" }, () => new SlurmClusterResolver()),
    /SLURM_STEP_NODELIST: given "n\[1"; expected a list of hosts/,
  ],
  "tasks that can't be read": [
    () => withEnvironment({ ...step, SLURM_STEP_TASKS_PER_NODE: "3x2" }, () => new SlurmClusterResolver()),
    /tasksPerNode: given \[\]; expected a number of tasks for each of 2 hosts/,
  ],
  "jobs of another number": [
    () => withEnvironment(step, () => new SlurmClusterResolver({ jobs: { worker: 3 } })),
    /SlurmClusterResolver\.jobs: given 3 tasks; expected 4, as Slurm has started/,
  ],
  "a job that is none": [
    () => withEnvironment(step, () => new SlurmClusterResolver({ jobs: { boss: 4 } })),
    /ClusterSpec\.cluster: given "boss"/,
  ],
  "tasks of too few nodes": [
    () => withEnvironment(step, () => new SlurmClusterResolver({ tasksPerNode: [4] })),
    /tasksPerNode: given \[4\]; expected a number of tasks for each of 2 hosts/,
  ],
  "a task that is not there": [
    () => withEnvironment({ ...step, SLURM_PROCID: "4" }, () => new SlurmClusterResolver()),
    /SLURM_PROCID: given 4; expected a task from 0 to 3/,
  ],
  "a port that is none": [() => new SlurmClusterResolver({ portBase: 0 }), /portBase: given 0; expected a port/],
  "an option of GPUs": [() => new SlurmClusterResolver({ gpusPerNode: 1 } as never), /unknown option "gpusPerNode"/],
  "no resolvers": [() => new UnionResolver([3 as never]), /UnionResolver: given \[3\]; expected a list of ClusterResolvers/],
  "no client": [() => new KubernetesClusterResolver(), /KubernetesClusterResolver: given no client; expected overrideClient/],
  "arguments of a scheduled function": [
    () => {
      const coordinator = new tf.distribute.coordinator.ClusterCoordinator(new tf.distribute.ParameterServerStrategy());
      return coordinator.schedule(() => 1, 3 as never);
    },
    /coordinator\.schedule\.args: given 3; expected a list of arguments/,
  ],
};
for (const [name, [action, expected]] of Object.entries(mistakes))
  t.test(`refused: ${name}`, async (t) => t.match(await messageOf(action), expected));
