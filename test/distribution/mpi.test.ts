// Replicas in processes of their own: equal bits on all ranks, the weights of one process, and what happens when one is lost or disagrees.

import t, { type Test } from "tap";
import { fileURLToPath } from "node:url";
import { TFConfigClusterResolver } from "../../lib/distribution/cluster.js";
import { messageOf } from "../support/message.js";
import { launchers, runRanks, start, startCluster, startTasks, type Ended, type Launcher } from "./mpi/launch.js";

interface Answer {
  readonly rank: number;
  readonly replicas: number;
  readonly bits: string;
  readonly weights: readonly (readonly number[])[];
  readonly history: Record<string, readonly number[]>;
  readonly evaluated: readonly number[];
  readonly predicted: readonly number[];
}

const answersOf = <A = Answer>(ended: readonly Ended[]): A[] =>
  (ended.flatMap(({ answers }) => answers) as unknown as (A & { rank: number })[]).sort((a, b) => a.rank - b.rank);

function ended(t: Test, all: readonly Ended[]): void {
  for (const { code, err, signal } of all) t.strictSame([code, signal], [0, null], `ends well ${err.slice(0, 500)}`);
}

const furthest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
const present = (Object.keys(launchers) as Launcher[]).filter((each) => launchers[each]);
for (const each of Object.keys(launchers) as Launcher[])
  if (!launchers[each]) t.comment(`no MPI for ${each} here: apt-get install openmpi-bin mpich`);

t.setTimeout(900_000);
const script = fileURLToPath(new URL("./mpi/rank.js", import.meta.url));
const alone = start(process.execPath, [script, "train", "5"], { KERASM_NUM_THREADS: "1" }).ended;

for (const launcher of present) {
  t.test(`${launcher}: fit, evaluate and predict on 2 ranks give equal bits, and what one process gives`, async (t) => {
    const all = await runRanks(launcher, 2, ["train", "5"]);
    ended(t, all);
    const [first, second] = answersOf(all);
    const [one] = answersOf([await alone]);
    t.equal(first!.replicas, 2);
    t.equal(first!.bits, second!.bits, "bits of all weights");
    t.strictSame(first!.history, second!.history, "logs");
    t.strictSame(first!.evaluated, second!.evaluated, "evaluation");
    t.strictSame(first!.predicted, second!.predicted, "prediction");
    first!.weights.forEach((weight, i) =>
      t.ok(furthest(weight, one!.weights[i]!) < 1e-5, `weight ${i}: ${furthest(weight, one!.weights[i]!)}`),
    );
    t.ok(furthest(first!.predicted, one!.predicted) < 1e-4, "prediction of one process");
    t.ok(furthest(first!.history["accuracy"]!, one!.history["accuracy"]!) < 0.021, "accuracy, one sample");
  });

  t.test(`${launcher}: collective operations on 2 ranks`, async (t) => {
    const all = await runRanks(launcher, 2, ["collectives"]);
    ended(t, all);
    const [first, second] = answersOf<Record<string, unknown>>(all);
    const common = [[3, -1, 2], [1.5, -0.5, 1], [2, 0, 2], [1, -1, 0], [2, -1, 2], [1, 0, 0, 2, -1, 2]]; // prettier-ignore
    t.strictSame(first!["traced"], [...common, [0, 2]]);
    t.strictSame(second!["traced"], [...common, [4, 6]]);
    t.strictSame(first!["eager"], [[0, 0], [1, 1], [1, 1]], "unequal lengths"); // prettier-ignore
    t.strictSame(first!["gradient"], [3, 3, 3]);
    for (const [rank, { reducedInPlace }] of [first!, second!].entries()) {
      const expected = [1.5, 1.5, 2.5, 3, 1.5, 1.5, rank + 2];
      t.strictSame(reducedInPlace, expected.map((each) => [each, each]), `rank ${rank}: large tensors lie where they are wanted`); // prettier-ignore
    }
    t.strictSame([first!["parts"], second!["parts"]], [[[0, 1], [4]], [[2, 3], []]]); // prettier-ignore
    t.ok(Math.abs((second!["mean"] as number) - 2 / 3) < 1e-6, "mean over unequal shares");
    t.strictSame([first!["total"], second!["total"]], [4, 4], "a metric read outside is everybody's");
    t.strictSame([first!["kept"], second!["kept"]], [[3, 3, 1], [3, 3, 2]]); // prettier-ignore
    t.strictSame([first!["chief"], second!["chief"]], [true, false]);
  });
}

if (launchers.mpirun) {
  t.test("3 ranks: no power of two", async (t) => {
    const all = await runRanks("mpirun", 3, ["collectives"]);
    ended(t, all);
    const answers = answersOf<{ traced: unknown[]; total: number }>(all);
    t.equal(answers.length, 3);
    for (const { traced, total } of answers) {
      t.strictSame(traced.slice(0, 4), [[6, -3, 6], [2, -1, 2], [3, 0, 4], [1, -2, 0]]); // prettier-ignore
      t.equal(total, 9);
    }
  });

  t.test("4 ranks: equal bits without a seed, and the weights of one process with one", async (t) => {
    const all = await runRanks("mpirun", 4, ["train", "none", "5"], 100);
    ended(t, all);
    const answers = answersOf<Answer & { readonly runs: readonly Answer[] }>(all);
    t.equal(answers.length, 4);
    for (const run of [0, 1]) t.equal(new Set(answers.map(({ runs }) => runs[run]!.bits)).size, 1, `run ${run}`);
    const [one] = answersOf([await alone]);
    answers[3]!.weights.forEach((weight, i) => t.ok(furthest(weight, one!.weights[i]!) < 1e-5, `weight ${i}`));
  });
}

if (launchers.TF_CONFIG) {
  t.test("halves on the way: sums within half of a percent, the same on all ranks", async (t) => {
    const [first, second] = answersOf<{ sums: number[] }>(await runRanks("TF_CONFIG", 2, ["half"]));
    t.strictSame(first!.sums, second!.sums);
    first!.sums.forEach((sum, i) => {
      const exact = Math.sin(i) * 10 ** ((i % 9) - 5) * 3;
      if (Math.abs(sum - exact) > 2e-7 + 2e-3 * Math.abs(exact)) t.fail(`element ${i}: ${sum}, not ${exact}`);
    });
  });

  t.test("ranks that disagree: the error in all, no wait without end, and they can go on", async (t) => {
    const all = await runRanks("TF_CONFIG", 2, ["disagree"]);
    ended(t, all);
    for (const { errors, sum } of answersOf<{ errors: Record<string, string>; sum: number }>(all)) {
      t.equal(Object.keys(errors).length, 9);
      for (const [kind, error] of Object.entries(errors))
        t.match(
          error,
          /\w+Error: MultiWorkerMirroredStrategy: given an? [\w -]+ \(?.*while worker \d gives .*; expected the same step on all workers\. Do model and data agree\?/,
          kind,
        );
      t.equal(sum, 3);
    }
  });

  t.test("datasets: files and elements are divided, nothing is read twice or left out", async (t) => {
    const folder = t.testdir({ "0.txt": "0\n1\n2\n3\n4\n", "1.txt": "10\n11\n", "2.txt": "20\n21\n22\n23\n24\n25\n26\n" });
    const all = await runRanks("TF_CONFIG", 2, ["data", folder]);
    ended(t, all);
    type Seen = readonly (readonly number[])[];
    const [one, other] = answersOf<Record<string, Seen>>(all) as [Record<string, Seen>, Record<string, Seen>];
    const sorted = (name: string) => [...one[name]!.flat(), ...other[name]!.flat()].sort((a, b) => a - b);
    const everything = [0, 1, 2, 3, 4, 10, 11, 20, 21, 22, 23, 24, 25, 26];
    for (const name of ["auto", "listed", "named", "again"]) t.strictSame(sorted(name), everything, name);
    t.strictSame(
      one["auto"],
      [
        [0, 1],
        [2, 3],
        [4, 20],
        [21, 22],
        [23, 24],
        [25, 26],
      ],
      "the first and the third file, half of a global batch in each step",
    );
    t.strictSame(other["auto"], [[10], [11], [], [], [], []], "the second file, then empty batches"); // prettier-ignore
    t.strictSame(
      sorted("repeated"),
      everything.flatMap((each) => [each, each]),
      "each epoch reads the share that was kept",
    );
    t.strictSame(
      [one["few"], other["few"]],
      [
        [[0, 1], [4]],
        [[2, 3], []],
      ],
      "fewer files than processes: elements are divided",
    );
    t.strictSame([one["memory"], other["memory"]], [[[0, 1], [4, 5], [8]], [[2, 3], [6, 7], [9]]]); // prettier-ignore
    t.strictSame(
      one["off"],
      [
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7],
        [8, 9],
      ],
      "each walks through all",
    );
    t.strictSame(other["off"], one["off"]);
    t.strictSame(
      [one["own"], other["own"]],
      [
        [[0, 1], [2, 3], [4]],
        [[0], [], []],
      ],
      "datasets of one's own that end at different steps",
    );
    for (const { sums, traced, fitted, fittedOff, fittedFile } of [one, other]) {
      t.strictSame(sums, [6, 22, 17], "an iterator given to a traced function");
      const mean = Math.round((everything.reduce((sum, each) => sum + each * each, 0) / everything.length) * 1000);
      t.strictSame(fitted, [8, mean, mean], "fit divides elements: two epochs of 4 global batches");
      t.strictSame(fittedOff, [14, mean, mean], "OFF: each walks through all, in 7 parts of a batch");
      t.strictSame(fittedFile, [12, mean, mean], "FILE: as many steps as the process with the most lines needs, each line once");
      t.equal(traced, 2);
    }
    t.match(one["tooFew"], /TextLineDataset: given 1 file for 2 processes; expected a file for each at least/);
  });

  t.test("ranks that wait for nobody end as well when one is lost", async (t) => {
    const [one, other] = await startTasks(2, ["idle"]);
    await Promise.all([one!.said("@"), other!.said("@")]);
    process.kill(one!.child.pid!, "SIGKILL");
    const { code, err } = await other!.ended;
    t.equal(code, 3);
    t.match(err, /\nClusterError: MultiWorkerMirroredStrategy: given worker 0 .*lost/);
  });

  t.test("a rank is killed, all start again: the bits of a run that went through; the chief prints", async (t) => {
    const folder = t.testdir();
    const through = await runRanks("TF_CONFIG", 2, ["backed", `${folder}/a`]);
    ended(t, through);
    const [whole, same] = answersOf(through);
    t.equal(whole!.bits, same!.bits);
    t.match(through[0]!.out, /Epoch 5\/5/);
    t.notMatch(through[1]!.out, /Epoch/);
    const broken = await runRanks("TF_CONFIG", 2, ["backed", `${folder}/b`, "1", "13"]);
    t.strictSame([broken[0]!.code, broken[1]!.signal], [3, "SIGKILL"], broken[0]!.err);
    const again = await runRanks("TF_CONFIG", 2, ["backed", `${folder}/b`]);
    ended(t, again);
    t.notMatch(again[0]!.out, /Epoch 1\/5/, "it goes on where it was");
    for (const { bits } of answersOf(again)) t.equal(bits, whole!.bits);
  });

  interface Split {
    readonly bytes: number;
    readonly weights: readonly (readonly number[])[];
    readonly shapes: readonly (readonly number[])[];
    readonly history: Record<string, readonly number[]>;
    readonly loss: readonly number[];
    readonly same: boolean;
  }

  t.test("a rank is told to end: all save after the same step and end with 42; started again they go on, to the same bits", async (t) => {
    const folder = t.testdir();
    const run = async (...args: string[]) =>
      await Promise.all((await startTasks(2, ["preempted", ...args], 120)).map(({ ended }) => ended));
    const whole = await run(`${folder}/whole`, "none");
    const told = await run(`${folder}/told`, "1", "7");
    t.strictSame(told.map(({ code, answers }) => [code, answers]), [[42, []], [42, []]]); // prettier-ignore
    const again = await run(`${folder}/told`, "none");
    t.strictSame(again.map(({ code, answers }) => [code, answers[0]!["begun"]]), [[0, 8], [0, 8]]); // prettier-ignore
    const all = [...whole, ...again].map(({ answers }) => answers[0]!["bits"]);
    t.equal(new Set(all).size, 1, all.join());
  });

  t.test("ModelParallel: the weights of one process, and memory that falls with the number of ranks", async (t) => {
    const folder = t.testdir();
    const alone = new Map<string, Split>();
    for (const units of ["16", "18"])
      alone.set(units, answersOf<Split>([await start(process.execPath, [script, "split", folder, "1x1", units], { KERASM_NUM_THREADS: "1" }).ended])[0]!); // prettier-ignore
    let before = alone.get("16")!.bytes;
    // 18 units are no multiple of 4: they are split along the mesh's axis, each half on two ranks.
    for (const [count, grid, units] of [[2, "1x2", "16"], [4, "1x4", "16"], [4, "2x2", "18"]] as const) {
      const one = alone.get(units)!;
      const all = await runRanks("TF_CONFIG", count, ["split", folder, grid, units], 90);
      ended(t, all);
      const [first, ...others] = answersOf<Split>(all);
      first!.weights.forEach((weight, i) => t.ok(furthest(weight, one.weights[i]!) < 2e-4, `${grid}, weight ${i}`));
      t.strictSame(first!.shapes, one.shapes, "shapes are those of the whole");
      for (const { weights } of others) t.strictSame(weights, first!.weights, "whole weights are the same on all ranks");
      for (const { loss } of [first!, ...others]) t.ok(furthest(loss, one.loss) < 1e-3, "evaluation");
      t.ok(first!.same, "weights come back from a file");
      t.ok(first!.bytes < (grid === "2x2" ? one.bytes : before) * 0.7, `${first!.bytes} bytes of variables, ${before} before`);
      before = first!.bytes;
    }
  }); // prettier-ignore

  interface Products {
    readonly weights: readonly (readonly number[])[];
    readonly predicted: readonly number[];
    readonly history: { readonly loss: readonly number[] };
    /** Bytes of the plan of a training step: with products in parts, and with variables put together. */
    readonly plans: readonly [number, number];
    readonly bytes: number;
  }

  t.test("ModelParallel: products of parts give what one process gives; what a step needs falls with the number of ranks", async (t) => {
    const [one] = answersOf<Products>([await start(process.execPath, [script, "products"], { KERASM_NUM_THREADS: "1" }).ended]);
    let before = one!;
    for (const count of [2, 4]) {
      const all = await runRanks("TF_CONFIG", count, ["products"], 120);
      ended(t, all);
      const [first, ...others] = answersOf<Products>(all);
      first!.weights.forEach((weight, i) => t.ok(furthest(weight, one!.weights[i]!) < 1e-5, `${count} ranks, weight ${i}`));
      t.ok(furthest(first!.predicted, one!.predicted) < 1e-5, "prediction, with a last batch of unequal shares");
      t.ok(furthest(first!.history.loss, one!.history.loss) < 1e-4, "logs");
      for (const { weights } of others) t.ok(String(weights) === String(first!.weights), "the same on all ranks");
      t.ok(first!.plans[0] < before.plans[0] * 0.65, `${first!.plans[0]} bytes of a step, ${before.plans[0]} before`);
      t.ok(first!.plans[0] < first!.plans[1] / 2, `${first!.plans[1]} where variables are put together`);
      t.ok(first!.bytes < before.bytes * 0.6, `${first!.bytes} bytes of variables, ${before.bytes} before`);
      before = first!;
    }
  });

  interface Served {
    readonly rank: number;
    readonly w: readonly (readonly number[])[];
    readonly seen: number;
    readonly losses: readonly number[];
    readonly failure: string;
    /** Which worker ran the last function. */
    readonly index: number;
    readonly servers: readonly number[];
    readonly workers: readonly number[];
  }

  t.test("PS: a chief, a worker and a task that keeps the variables: what one process computes", async (t) => {
    const all = await Promise.all((await startCluster({ chief: 1, worker: 1, ps: 1 }, ["served", "fails"])).map(({ ended }) => ended));
    ended(t, all);
    const answers = answersOf<Served>(all);
    const [one] = answersOf<Served>([await start(process.execPath, [script, "served"], { KERASM_NUM_THREADS: "1" }).ended]);
    t.strictSame([answers[0]!.servers, answers[0]!.workers], [[2], [1]]);
    t.equal(answers[0]!.seen, 40, "every function ran once");
    t.strictSame([...answers, one!].map(({ index }) => index), [0, 0, 0, 0]); // prettier-ignore
    for (const { w, losses, seen } of answers) {
      t.ok(furthest(w.flat(), one!.w.flat()) < 1e-4, "weights");
      t.ok(furthest(losses, one!.losses) < 1e-4, "losses");
      t.equal(seen, 40);
    }
    t.match(answers[0]!.failure, /coordinator\.join: given a function that failed on worker 1: a mistake in a scheduled function/);
  });

  t.test("PS: two workers, one of which is lost: its function runs again, training goes on", async (t) => {
    const all = await Promise.all((await startCluster({ chief: 1, worker: 2 }, ["served", "dies"])).map(({ ended }) => ended));
    t.equal(all[1]!.signal, "SIGKILL");
    t.strictSame([all[0]!.code, all[2]!.code], [0, 0], all[0]!.err + all[2]!.err);
    const [chief, worker] = answersOf<Served>(all);
    t.equal(chief!.seen, 40);
    t.strictSame(chief!.w, worker!.w);
    t.equal(chief!.index, 1, "the second worker is left");
    t.ok(furthest(chief!.w.flat(), [2, -3]) < 0.2, `learned ${String(chief!.w)}`);
  });

  t.test("PS: fit hands its steps out to the workers; all tasks have its weights and logs", async (t) => {
    type Fitted = { history: Record<string, number[]>; steps: number; weights: number[][] };
    const all = await Promise.all((await startCluster({ chief: 1, worker: 2, ps: 1 }, ["fitted"], 90)).map(({ ended }) => ended));
    ended(t, all);
    const [chief, ...others] = answersOf<Fitted>(all);
    const [one] = answersOf<Fitted>([await start(process.execPath, [script, "fitted"], { KERASM_NUM_THREADS: "1" }).ended]);
    t.equal(others.length, 3);
    for (const { weights, history } of others) t.strictSame({ weights, history }, { weights: chief!.weights, history: chief!.history });
    t.strictSame([chief!.steps, one!.steps], [24, 24], "every step ran once");
    // Workers don't wait for each other: the path is another, the direction the same.
    const { loss } = chief!.history;
    t.ok(loss![2]! < loss![0]!, String(loss));
    chief!.weights.forEach((weight, i) => t.ok(furthest(weight, one!.weights[i]!) < 0.2, `weight ${i}`));
  });

  t.test("nobody at task 0", async (t) => {
    const env = { TF_CONFIG: JSON.stringify({ cluster: { worker: ["127.0.0.1:1", "127.0.0.1:2"] }, task: { type: "worker", index: 1 } }) };
    const { code, err } = await start(process.execPath, [script, "initialize"], env).ended;
    t.equal(code, 1);
    t.match(err, /\w+Error: MultiWorkerMirroredStrategy: given no worker at 127\.0\.0\.1:1 for 1 s; expected task 0 there\./);
  });

  t.test("nobody but task 0", async (t) => {
    const [first] = (await startTasks(2, ["initialize"])).map((task, i) =>
      i === 0 ? task : (process.kill(-task.child.pid!, "SIGKILL"), task),
    );
    t.match((await first!.ended).err, /given no task 1 for 1 s; expected all 2 tasks of the cluster/);
  });
}

const configs: Readonly<Record<string, [string, RegExp]>> = {
  "no JSON": ["{", /TF_CONFIG: given "\{"; expected JSON/],
  "no cluster": ['{"task":{"type":"worker","index":0}}', /TF_CONFIG\.cluster: given undefined; expected addresses by job/],
  "an unknown job": [
    '{"cluster":{"boss":["a:1"]},"task":{"type":"boss","index":0}}',
    /TF_CONFIG\.cluster: given "boss"; expected jobs chief, worker, ps, evaluator/,
  ],
  "an address without a port": [
    '{"cluster":{"worker":["a"]},"task":{"type":"worker","index":0}}',
    /TF_CONFIG\.cluster\.worker: given "a"; expected an address "host:port"/,
  ],
  "an address twice": [
    '{"cluster":{"worker":["a:1","a:1"]},"task":{"type":"worker","index":0}}',
    /given "a:1"; expected each address once/,
  ],
  "another task": [
    '{"cluster":{"worker":["a:1"]},"task":{"type":"chief","index":0}}',
    /TF_CONFIG\.task\.type: given "chief"; expected a job of the cluster: worker/,
  ],
  "an index too large": [
    '{"cluster":{"worker":["a:1","a:2"]},"task":{"type":"worker","index":2}}',
    /TF_CONFIG\.task\.index: given 2; expected an index from 0 to 1/,
  ],
};
for (const [name, [config, expected]] of Object.entries(configs)) {
  t.test(`TF_CONFIG with ${name}`, async (t) => t.match(await messageOf(() => new TFConfigClusterResolver(config)), expected));
}

t.test("a process ends where TF_CONFIG is wrong", async (t) => {
  const { code, err } = await start(process.execPath, [script, "initialize"], { TF_CONFIG: "{" }).ended;
  t.equal(code, 1);
  t.match(err, /\w+Error: TF_CONFIG: given "\{"; expected JSON/);
});

t.test("a process that nobody is with: one replica", async (t) => {
  const { code, answers } = await start(process.execPath, [script, "initialize"], {}).ended;
  t.strictSame([code, answers], [0, [{ replicas: 1 }]]);
});

t.test("a library that is not there", async (t) => {
  const TF_CONFIG = JSON.stringify({ cluster: { worker: ["127.0.0.1:1", "127.0.0.1:2"] }, task: { type: "worker", index: 1 } });
  const { err } = await start(process.execPath, [script, "initialize"], { TF_CONFIG, KERASM_MPI_LIBRARY: "/nowhere.so" }).ended;
  t.match(
    err,
    /\w+Error: MultiWorkerMirroredStrategy: given KERASM_MPI_LIBRARY \/nowhere\.so, which can't be loaded; expected the path of an MPI library/,
  );
});

if (launchers.mpirun) {
  t.test("Open MPI without mpirun can't find the others", async (t) => {
    const TF_CONFIG = JSON.stringify({ cluster: { worker: ["127.0.0.1:1", "127.0.0.1:2"] }, task: { type: "worker", index: 1 } });
    const { err } = await start(process.execPath, [script, "initialize"], { TF_CONFIG, KERASM_MPI_LIBRARY: "libmpi.so.40" }).ended;
    t.match(err, /given Open MPI v[\d.]+ \(libmpi\.so\.40\) without mpirun; expected mpirun, or MPICH/);
  });
}
