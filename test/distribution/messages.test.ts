// Every text by which distribution refuses or fails, in one table: what was given, what is expected, what to do.

import t from "tap";
import { fileURLToPath } from "node:url";
import * as tf from "../../lib/index.js";
import { allReduce } from "../../lib/ops/collective/all-reduce.js";
import { messageOf } from "../support/message.js";
import { launchers, start, startTasks } from "./mpi/launch.js";

t.setTimeout(600_000);

const { MirroredStrategy } = tf.distribute;
const { keras } = tf;
const script = fileURLToPath(new URL("./mpi/rank.js", import.meta.url));
const index = new URL("../../lib/index.js", import.meta.url).href;
const two = (): tf.distribute.MirroredStrategy => new MirroredStrategy(["cpu:0", "cpu:1"]);

const cluster = { worker: ["127.0.0.1:1", "127.0.0.1:2"] };
const TF_CONFIG = JSON.stringify({ cluster, task: { type: "worker", index: 1 } });

/** Arguments for Node by which a module's name is found elsewhere; null: nowhere. */
function withModule(name: string, url: string | null): string[] {
  const found = url === null ? 'throw new Error("not there");' : `return { url: ${JSON.stringify(url)}, shortCircuit: true };`;
  const hook = `export const resolve = (name, context, next) => {
    if (name !== ${JSON.stringify(name)}) return next(name, context);
    ${found}
  };`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(asModule(hook))});`;
  return ["--import", asModule(register)];
}

const asModule = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

/** What a process says that finds something else than koffi. */
const withKoffi = async (url: string | null): Promise<string> =>
  (await start(process.execPath, [...withModule("koffi", url), script, "initialize"], { TF_CONFIG }, 120).ended).err;

/** What a script says in a page, as far as Node can be one. */
async function inPage(code: string): Promise<string> {
  const browser = new URL("../../lib/runtime/platform-browser.js", import.meta.url).href;
  const program = `import(${JSON.stringify(index)}).then(async (tf) => { ${code} }).catch((error) => (console.error(error), process.exit(1)))`;
  return (await start(process.execPath, [...withModule("#platform", browser), "-e", program], {}, 120).ended).err;
}

/** What a warning says. */
function warningOf(action: () => unknown): string {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    action();
  } finally {
    console.warn = warn;
  }
  return lines.join("\n");
}

const texts: Readonly<Record<string, [() => string | Promise<string>, RegExp]>> = {
  "no koffi": [
    () => withKoffi(null),
    /ClusterError: MultiWorkerMirroredStrategy: given no koffi; expected it beside kerasm\. npm install koffi\./,
  ],
  "no MPI library": [
    () =>
      withKoffi(asModule("export const load = (name) => { if (name !== null) throw new Error(name); return { func: () => () => 0 }; };")),
    /ClusterError: MultiWorkerMirroredStrategy: given no MPI library \(looked for .*libmpi.*\); expected one\. apt-get install mpich, or set KERASM_MPI_LIBRARY\./,
  ],
  "a library that can't be loaded": [
    async () => (await start(process.execPath, [script, "initialize"], { TF_CONFIG, KERASM_MPI_LIBRARY: "/nowhere.so" }, 120).ended).err,
    /given KERASM_MPI_LIBRARY \/nowhere\.so, which can't be loaded; expected the path of an MPI library/,
  ],
  "a TF_CONFIG that is no JSON": [
    async () => (await start(process.execPath, [script, "initialize"], { TF_CONFIG: "{" }, 120).ended).err,
    /ArgumentError: TF_CONFIG: given "\{"; expected JSON/,
  ],
  "a TF_CONFIG without this task": [
    () => messageOf(() => new tf.distribute.cluster_resolver.TFConfigClusterResolver('{"cluster":{"worker":["a:1"]},"task":{"type":"ps","index":0}}')), // prettier-ignore
    /TF_CONFIG\.task\.type: given "ps"; expected a job of the cluster: worker/,
  ],
  "a launcher and a TF_CONFIG that differ": [
    async () => (await start(process.execPath, [script, "initialize"], { TF_CONFIG, PMI_RANK: "0", PMI_SIZE: "3" }, 120).ended).err,
    /given task 1 of 2 by TF_CONFIG, and rank 0 of 3 by the launcher; expected one of them, or the same from both/,
  ],
  "a device that is not there": [
    () => messageOf(() => new MirroredStrategy(["/gpu:0"])),
    /MirroredStrategy: given the device \/gpu:0; expected cpu:0 … cpu:\d+\. kerasm computes on processors; one replica with all cores is fastest\./,
  ],
  TPUs: [
    () => messageOf(() => new tf.distribute.TPUStrategy()),
    /TPUStrategy: given a request for TPUs; expected a strategy for processors\. Use MirroredStrategy on one machine, MultiWorkerMirroredStrategy across machines\./,
  ],
  "a variable made in a replica": [
    () => messageOf(() => two().run(() => tf.variable(1).value())),
    /given a variable made inside; expected variables made in strategy\.scope\(\)/,
  ],
  "a variable made outside": [
    () => messageOf(() => {
      const v = tf.variable([1, 2]);
      two().run(() => new keras.optimizers.SGD().apply([tf.ones([2])], [v]));
    }), // prettier-ignore
    /given the variable Variable, made outside of the strategy's scope; expected variables made in strategy\.scope\(\)/,
  ],
  "a model made outside": [
    () => messageOf(() => {
      const model = new keras.Sequential([new keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
      two().scope(() => model.compile({ loss: "mse" }));
    }), // prettier-ignore
    /given a model made outside of the strategy's scope; expected a model made and compiled in strategy\.scope\(\)/,
  ],
  "a batch smaller than the replicas": [
    () => warningOf(() => [...new MirroredStrategy(["cpu:0", "cpu:1", "cpu:2", "cpu:3", "cpu:4"]).experimentalDistributeDataset(tf.data.Dataset.range(3).batch(3))]), // prettier-ignore
    /given a global batch of 3 for 5 replicas; expected one sample for each at least\. Some have empty shares\./,
  ],
  "replicas that disagree": [
    () => messageOf(() => two().run(() => allReduce(tf.ones([tf.distribute.getReplicaContext()!.replicaIdInSyncGroup + 2])))),
    /given an all-reduce \(sum\) of 1 tensor, 2 numbers of float32, while replica 1 gives an all-reduce \(sum\) of 1 tensor, 3 numbers of float32; expected the same step in all replicas\. Do model and data agree\?/,
  ],
  "processes that were not joined": [
    () => messageOf(() => new tf.distribute.MultiWorkerMirroredStrategy()),
    /given processes that have not been joined; expected await tf\.distribute\.initialize\(\) before/,
  ],
  "a page that asks for workers": [
    () => inPage(`await tf.distribute.initialize({ clusterResolver: new tf.distribute.cluster_resolver.SimpleClusterResolver(${JSON.stringify(cluster)}, { taskType: "worker", taskId: 0 }) });`), // prettier-ignore
    /tf\.distribute\.initialize: given a page; expected Node\. MirroredStrategy works here\./,
  ],
  "a strategy of workers in a page": [
    () => inPage("new tf.distribute.MultiWorkerMirroredStrategy();"),
    /MultiWorkerMirroredStrategy: given a page; expected Node\. MirroredStrategy works here\./,
  ],
};

const ofRanks: typeof texts = {
  "nobody at task 0": [
    async () => (await start(process.execPath, [script, "initialize"], { TF_CONFIG }, 120).ended).err,
    /ClusterError: MultiWorkerMirroredStrategy: given no worker at 127\.0\.0\.1:1 for 1 s; expected task 0 there\./,
  ],
  "a lost worker": [
    async () => {
      const tasks = await startTasks(2, ["endless"], 120);
      await Promise.all(tasks.map((task) => task.said("@")));
      process.kill(tasks[1]!.child.pid!, "SIGKILL");
      const { err, code } = await tasks[0]!.ended;
      return `${err} exit ${code}`;
    },
    /ClusterError: MultiWorkerMirroredStrategy: given worker 1 \(127\.0\.0\.1:\d+\), which was lost during [\w -]+; expected all 2 workers to go on\. Start all of them again; training goes on from the last checkpoint \(callbacks\.BackupAndRestore\)\.[^]* exit 3$/,
  ],
  "workers that disagree": [
    async () => {
      const [first] = await Promise.all((await startTasks(2, ["disagree"], 120)).map(({ ended }) => ended));
      return (first!.answers[0] as unknown as { errors: Record<string, string> }).errors["number"]!;
    },
    /given an all-reduce \(sum\) of 1 tensor, 1000 numbers of float32 \(\[1000\]\), its meeting \d+, while worker 1 gives an all-reduce \(sum\) of 1 tensor, 2000 numbers of float32 \(\[2000\]\), its meeting \d+; expected the same step on all workers\. Do model and data agree\?/,
  ],
};

for (const [name, [action, expected]] of Object.entries({ ...texts, ...(launchers.TF_CONFIG ? ofRanks : {}) }))
  t.test(name, async (t) => t.match(await action(), expected));
if (!launchers.TF_CONFIG) t.comment("no MPICH here: what ranks say was not looked at");
