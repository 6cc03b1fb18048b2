// Two machines, as far as one can show them: network namespaces, with 20 ms between them where the kernel can delay packets. Needs root and
// ip.

import t from "tap";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchers, start } from "./mpi/launch.js";

const script = fileURLToPath(new URL("./mpi/rank.js", import.meta.url));
const names = [0, 1].map((i) => `kerasm${process.pid}-${i}`);
const run = (command: string): boolean => spawnSync("sh", ["-c", command]).status === 0;

const ends = [
  { name: names[0]!, device: `kv${process.pid}a`, host: 1 },
  { name: names[1]!, device: `kv${process.pid}b`, host: 2 },
];

/** Two namespaces with a cable between them. */
function connect(): boolean {
  const [one, other] = ends as [(typeof ends)[0], (typeof ends)[0]];
  return [
    ...ends.map(({ name }) => `ip netns add ${name}`),
    `ip link add ${one.device} netns ${one.name} type veth peer name ${other.device} netns ${other.name}`,
    ...ends.map(({ name, device, host }) => `ip -n ${name} addr add 10.83.0.${host}/24 dev ${device}`),
    ...ends.map(({ name, device }) => `ip -n ${name} link set ${device} up && ip -n ${name} link set lo up`),
  ].every(run);
}

/** 20 ms there and back, where the kernel can delay packets. */
const delay = (): boolean => ends.every(({ name, device }) => run(`tc -n ${name} qdisc add dev ${device} root netem delay 10ms`));

t.setTimeout(600_000);
t.teardown(() => void names.forEach((name) => run(`ip netns del ${name}`)));
const isPossible = launchers.TF_CONFIG && process.getuid?.() === 0 && connect();

if (!isPossible) t.comment("no MPI, or no network namespaces here: needs mpich, root and ip");
else {
  const distance = delay() ? "20 ms apart" : "without a delay, which this kernel can't make";
  t.test(`two network namespaces, ${distance}: equal bits, and the weights of one process; a lost one is noticed`, async (t) => {
    const worker = ["10.83.0.1:7801", "10.83.0.2:7801"];
    const tasks = (args: readonly string[]) =>
      names.map((name, index) =>
        start(
          "ip",
          ["netns", "exec", name, process.execPath, script, ...args],
          { KERASM_NUM_THREADS: "1", TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: "worker", index } }) },
          100,
        ),
      );
    const all = await Promise.all(tasks(["train", "5"]).map(({ ended }) => ended));
    for (const { code, err } of all) t.equal(code, 0, err);
    const [first, second] = all.map(({ answers }) => answers[0] as unknown as { bits: string; weights: number[][] });
    t.equal(first!.bits, second!.bits);
    const alone = await start(process.execPath, [script, "train", "5"], { KERASM_NUM_THREADS: "1" }).ended;
    const { weights } = alone.answers[0] as unknown as { weights: number[][] };
    first!.weights.forEach((weight, i) => {
      const furthest = Math.max(...weight.map((value, at) => Math.abs(value - weights[i]![at]!)));
      t.ok(furthest < 1e-5, `weight ${i}: ${furthest}`);
    });
    const [victim, other] = tasks(["endless"]);
    await Promise.all([victim!.said("@"), other!.said("@")]);
    const begin = performance.now();
    process.kill(-victim!.child.pid!, "SIGKILL");
    const { code, err } = await other!.ended;
    t.equal(code, 3, err);
    t.ok(performance.now() - begin < 5000);
    t.match(err, /given worker 0 \(10\.83\.0\.1:7801\), which was lost/);
  });
}
