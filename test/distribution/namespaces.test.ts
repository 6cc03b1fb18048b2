// Two machines, as far as one can show them: network namespaces with a line of 20 ms there and back and 1 Gbit/s between them. Needs root
// and ip.

import t, { type Test } from "tap";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchers, start, type Ended, type Started } from "./mpi/launch.js";

const here = (name: string): string => fileURLToPath(new URL(`./mpi/${name}.js`, import.meta.url));
const script = here("rank");
const names = [0, 1].map((i) => `kerasm${process.pid}-${i}`) as [string, string];
const addresses = ["10.83.0.1", "10.83.0.2"] as const;
const run = (command: string): boolean => spawnSync("sh", ["-c", command]).status === 0;

/** Starts ranks, the first one in the first namespace. */
type Start = (args: readonly string[]) => Started[];

const byTasks: Start = (args) =>
  names.map((name, index) => {
    const worker = addresses.map((address) => `${address}:7801`);
    const TF_CONFIG = JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
    return start("ip", ["netns", "exec", name, process.execPath, script, ...args], { KERASM_NUM_THREADS: "1", TF_CONFIG }, 100);
  });

/** Open MPI enters the other machine by what stands here for ssh. */
const byMpirun =
  (agent: string): Start =>
  (args) => {
    const settings = { plm_rsh_agent: agent, btl: "tcp,self", btl_tcp_if_include: "10.83.0.0/24", oob_tcp_if_include: "10.83.0.0/24" };
    const own = Object.entries(settings).flatMap(([name, value]) => ["--mca", name, value]);
    const mpirun = ["mpirun.openmpi", "--allow-run-as-root", ...own, "-H", addresses.map((address) => `${address}:1`).join(), "-n", "2"];
    return [start("ip", ["netns", "exec", names[0], ...mpirun, process.execPath, script, ...args], { KERASM_NUM_THREADS: "1" }, 100)];
  };

const alone = start(process.execPath, [script, "train", "5"], { KERASM_NUM_THREADS: "1" }).ended;

async function trained(t: Test, begin: Start): Promise<void> {
  const all = await Promise.all(begin(["train", "5"]).map(({ ended }) => ended));
  for (const { code, err } of all) t.equal(code, 0, err.slice(0, 500));
  const weightsOf = (ended: readonly Ended[]) =>
    ended.flatMap(({ answers }) => answers as unknown as { bits: string; weights: number[][] }[]);
  const [first, second] = weightsOf(all);
  t.equal(first!.bits, second!.bits);
  const { weights } = weightsOf([await alone])[0]!;
  first!.weights.forEach((weight, i) => {
    const furthest = Math.max(...weight.map((value, at) => Math.abs(value - weights[i]![at]!)));
    t.ok(furthest < 1e-5, `weight ${i}: ${furthest}`);
  });
}

t.setTimeout(600_000);
let line: Started | undefined;
t.teardown(async () => {
  line?.child.kill("SIGKILL");
  await line?.ended;
  names.forEach((name) => run(`ip netns del ${name}`));
});

const isPossible = launchers.TF_CONFIG && process.getuid?.() === 0 && names.every((name) => run(`ip netns add ${name}`));
if (isPossible) {
  const ends = names.flatMap((name, i) => [name, addresses[i]!]);
  line = start(process.execPath, [here("link"), ...ends, "10", "125e6"], {}, 600);
}
const isThere = line !== undefined && (await line.said("@").then(() => true, () => false)); // prettier-ignore

if (!isThere) t.comment("no MPI, or no network namespaces here: needs mpich, koffi, root and ip");
else {
  t.test("20 ms and 1 Gbit/s between two: equal bits, and the weights of one process; a lost one is noticed", async (t) => {
    await trained(t, byTasks);
    const [victim, other] = byTasks(["endless"]);
    await Promise.all([victim!.said("@"), other!.said("@")]);
    const begin = performance.now();
    process.kill(-victim!.child.pid!, "SIGKILL");
    const { code, err } = await other!.ended;
    t.equal(code, 3, err);
    t.ok(performance.now() - begin < 5000);
    t.match(err, /given worker 0 \(10\.83\.0\.1:7801\), which was lost/);
  });

  if (launchers.mpirun) {
    t.test("the same under mpirun, which finds the other namespace", async (t) => {
      const folder = t.testdir({ agent: `#!/bin/sh\nshift\nexec ip netns exec ${names[1]} sh -c "$*"\n` });
      run(`chmod +x ${folder}/agent`);
      await trained(t, byMpirun(`${folder}/agent`));
    });
  }
}
