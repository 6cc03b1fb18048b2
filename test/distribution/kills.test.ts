// A rank is lost at a random moment, again and again, in work or while processes meet: the others end soon and with the error, nothing is
// left behind, and what goes on from the backup computes the same bits as a run that was not interrupted. KERASM_KILLS=50 does it fifty
// times under each MPI and launcher, KERASM_SEED=2 at other moments.

import t, { type Test } from "tap";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { freePorts, launchers, start, startByLauncher, type Launcher, type Started } from "./mpi/launch.js";

/** Rounds under each launcher, instead of one for each kind of loss. */
const wanted = process.env["KERASM_KILLS"];
/** Numbers from 0 to 1 that a seed decides: mulberry32. */
let state = Number(process.env["KERASM_SEED"] ?? 1) | 0;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const script = fileURLToPath(new URL("./mpi/rank.js", import.meta.url));

/** Hands connections on to a port until it is closed: between a rank and the rendezvous. */
async function passage(to: number): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const onward = connect(to, "127.0.0.1");
    for (const [one, other] of [[from, onward], [onward, from]] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    } // prettier-ignore
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, close };
}

interface Trained {
  /** What was started: a process for each rank, or the launcher. */
  readonly started: readonly Started[];
  /** Process ids of the ranks, when all have begun to train. */
  ids(): Promise<number[]>;
  close(): void;
}

/** Two ranks that train, with a backup of every epoch; without a launcher the second one finds the first through a passage. */
async function train(launcher: Launcher, folder: string, epochs: number, pause: number): Promise<Trained> {
  const args = [script, "survive", folder, String(epochs), String(pause)];
  const ids = async (all: readonly Started[]) => {
    const said = await Promise.all([0, 1].map((rank) => all[rank % all.length]!.said(`@${rank} `)));
    return said.map((out, rank) => Number(new RegExp(`@${rank} (\\d+)`).exec(out)![1]));
  };
  if (launcher !== "TF_CONFIG") {
    const started = [startByLauncher(launcher, 2, args, 120)];
    return { started, ids: () => ids(started), close: () => {} };
  }
  const [first, second] = await freePorts(2);
  const { port, close } = await passage(first!);
  const started = [first!, port].map((rendezvous, index) => {
    const worker = [`127.0.0.1:${rendezvous}`, `127.0.0.1:${second}`];
    const TF_CONFIG = JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
    return start(process.execPath, args, { KERASM_NUM_THREADS: "1", TF_CONFIG }, 120);
  });
  return { started, ids: () => ids(started), close };
}

/** Whether a process, or one of this group where the number is negative, is there. */
function isThere(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether one is left for seconds: what a launcher leaves is the system's to bury. */
async function isLeft(id: number): Promise<boolean> {
  for (let waited = 0; waited < 50; waited++) {
    if (!isThere(id)) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

const kinds = ["SIGKILL", "SIGSTOP", "a throw", "a closed rendezvous"] as const;

/** Bits of all weights by epoch, as both ranks of all runs have written them. */
function bitsByEpoch(folder: string): Map<number, Set<string>> {
  const all = new Map<number, Set<string>>();
  for (const line of readFileSync(`${folder}/bits`, "utf8").trimEnd().split("\n")) {
    const [epoch, bits] = line.split(" ") as [string, string];
    all.set(Number(epoch), (all.get(Number(epoch)) ?? new Set()).add(bits));
  }
  return all;
}

/** Seconds until the other one ended, at most. */
const slowest = new Map<string, number>();

async function lose(t: Test, launcher: Launcher, kind: (typeof kinds)[number], folder: string): Promise<void> {
  const { started, ids, close } = await train(launcher, folder, 100_000, 20);
  const ranks = await ids();
  const who = Math.floor(random() * 2);
  const moment = 100 + random() * 900;
  t.comment(`${kind} of rank ${who} after ${moment.toFixed(0)} ms`);
  await new Promise((resolve) => setTimeout(resolve, moment));
  const begin = performance.now();
  if (kind === "a closed rendezvous") close();
  else process.kill(ranks[who]!, kind === "a throw" ? "SIGUSR2" : kind);
  // A launcher ends what is left of its job by itself, when one rank has ended.
  const { code, signal, out, err } = await started[started.length - 1 - who * (started.length - 1)]!.ended;
  const seconds = (performance.now() - begin) / 1000;
  if (kind === "SIGSTOP" && isThere(ranks[who]!)) process.kill(ranks[who]!, "SIGKILL");
  const all = await Promise.all(started.map(({ ended }) => ended));
  close();
  t.comment(`the other one ended after ${seconds.toFixed(2)} s, with ${code}`);
  const name = `${launcher}, ${kind}`;
  slowest.set(name, Math.max(slowest.get(name) ?? 0, seconds));
  t.ok(seconds < 20, `${seconds} s: 5 where the machine has nothing else to do`);
  t.equal(signal, null);
  if (launcher === "TF_CONFIG") t.equal(code, 3, err.slice(0, 400));
  else t.ok(code! > 0, `${code}: of the rank that ended first, as the launcher tells it`);
  const lost = new RegExp(
    `ClusterError: MultiWorkerMirroredStrategy: given worker ${who}\\b.* lost during .*; expected all 2 workers to go on`,
  );
  // The launcher may end the other one before it has noticed anything: where a rank is gone, that is its part.
  if (launcher === "TF_CONFIG" || kind === "SIGSTOP") t.match(err, lost);
  else if (!lost.test(err)) t.match(out + err, kind === "a throw" ? /a mistake of the user's/ : /signal 9|EXIT CODE: 9/);
  if (kind === "a throw") t.match(all.map(({ err }) => err).join("\n"), /a mistake of the user's/);
  if (kind === "a closed rendezvous") for (const { code, err } of all) t.equal(code, 3, err.slice(0, 400)); // the other one's loss, as it sees it
  for (const { child } of started) t.notOk(await isLeft(-child.pid!), "nothing is left of its process group");
  for (const rank of ranks) t.notOk(await isLeft(rank), "no rank is left");
}

t.setTimeout(60_000 + Number(wanted ?? 4) * 3 * 60_000);
const there = (["TF_CONFIG", "mpirun", "mpiexec"] as const).filter((name) => launchers[name]);
if (there.length === 0) t.comment("no MPI here: apt-get install mpich");
for (const launcher of there) {
  const possible = kinds.filter((kind) => launcher === "TF_CONFIG" || kind !== "a closed rendezvous");
  const folder = t.testdir({ TF_CONFIG: {}, mpirun: {}, mpiexec: {} });
  const own = `${folder}/${launcher}`;
  for (let round = 0; round < Number(wanted ?? possible.length); round++) {
    const kind = possible[round % possible.length]!;
    t.test(`${launcher} ${round}: ${kind}`, (t) => lose(t, launcher, kind, own));
  }

  t.test(`${launcher}: every epoch has the same bits in all ranks and runs, and in a run from the beginning`, async (t) => {
    const broken = bitsByEpoch(own);
    const last = Math.max(...broken.keys());
    t.ok(last >= 1, `${last + 1} epochs`);
    for (const [name, seconds] of slowest) t.comment(`${name}: the other one ended within ${seconds.toFixed(2)} s`);
    const whole = t.testdir();
    const { started, close } = await train(launcher, whole, last + 1, 0);
    for (const { code, err } of await Promise.all(started.map(({ ended }) => ended))) t.equal(code, 0, err);
    close();
    const through = bitsByEpoch(whole);
    for (const [epoch, bits] of through) t.strictSame([...(broken.get(epoch) ?? bits)], [...bits], `epoch ${epoch}`);
    for (const bits of through.values()) t.equal(bits.size, 1);
  });
}
