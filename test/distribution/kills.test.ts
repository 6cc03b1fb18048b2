// A rank is lost at a random moment, again and again: the others end soon and with the error, nothing is left behind, and what goes on from
// the backup computes the same bits as a run that was not interrupted. KERASM_KILLS=50 does it fifty times, KERASM_SEED=2 at other moments.

import t, { type Test } from "tap";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { freePorts, launchers, start, type Started } from "./mpi/launch.js";

const rounds = Number(process.env["KERASM_KILLS"] ?? 4);
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

/** Two ranks that train, with a backup of every epoch; the second one finds the first through a passage. */
async function train(folder: string, epochs: number, pause: number): Promise<{ readonly ranks: readonly Started[]; close(): void }> {
  const [first, second] = await freePorts(2);
  const { port, close } = await passage(first!);
  const ranks = [first!, port].map((rendezvous, index) => {
    const worker = [`127.0.0.1:${rendezvous}`, `127.0.0.1:${second}`];
    const TF_CONFIG = JSON.stringify({ cluster: { worker }, task: { type: "worker", index } });
    return start(process.execPath, [script, "survive", folder, String(epochs), String(pause)], { KERASM_NUM_THREADS: "1", TF_CONFIG }, 120);
  });
  return { ranks, close };
}

/** Whether a process of this group is left. */
function isLeft(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
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

async function lose(t: Test, kind: (typeof kinds)[number], folder: string): Promise<void> {
  const { ranks, close } = await train(folder, 100_000, 20);
  await Promise.all(ranks.map((rank) => rank.said("@")));
  const who = Math.floor(random() * 2);
  const moment = 100 + random() * 900;
  t.comment(`${kind} of rank ${who} after ${moment.toFixed(0)} ms`);
  await new Promise((resolve) => setTimeout(resolve, moment));
  const [victim, other] = [ranks[who]!, ranks[1 - who]!];
  const begin = performance.now();
  if (kind === "a closed rendezvous") close();
  else process.kill(victim.child.pid!, kind === "a throw" ? "SIGUSR2" : kind);
  const { code, signal, err } = await other.ended;
  const seconds = (performance.now() - begin) / 1000;
  if (kind === "SIGSTOP") process.kill(victim.child.pid!, "SIGKILL");
  const lost = await victim.ended;
  close();
  t.comment(`the other one ended after ${seconds.toFixed(2)} s`);
  slowest.set(kind, Math.max(slowest.get(kind) ?? 0, seconds));
  t.ok(seconds < 20, `${seconds} s: 5 where the machine has nothing else to do`);
  t.strictSame([code, signal], [3, null], err);
  t.match(
    err,
    new RegExp(
      `\\nClusterError: MultiWorkerMirroredStrategy: given worker ${who} .*which was lost during .*; expected all 2 workers to go on`,
    ),
  );
  if (kind === "a throw") t.match(lost.err, /a mistake of the user's/);
  if (kind === "a closed rendezvous") t.strictSame(lost.code, 3, lost.err); // the other one's loss, as it sees it
  for (const { child } of ranks) t.notOk(isLeft(child.pid!), "nothing is left of its process group");
}

t.setTimeout(60_000 + rounds * 60_000);
if (!launchers.TF_CONFIG) t.comment("no MPI here: apt-get install mpich");
else {
  const folder = t.testdir();
  for (let round = 0; round < rounds; round++)
    t.test(`${round}: ${kinds[round % kinds.length]!}`, (t) => lose(t, kinds[round % kinds.length]!, folder));

  t.test("every epoch has the same bits in all ranks and runs, and in a run from the beginning", async (t) => {
    const broken = bitsByEpoch(folder);
    const last = Math.max(...broken.keys());
    t.ok(last >= 1, `${last + 1} epochs`);
    for (const [kind, seconds] of slowest) t.comment(`${kind}: the other one ended within ${seconds.toFixed(2)} s`);
    const whole = t.testdir();
    const { ranks, close } = await train(whole, last + 1, 0);
    for (const { code, err } of await Promise.all(ranks.map(({ ended }) => ended))) t.equal(code, 0, err);
    close();
    const through = bitsByEpoch(whole);
    for (const [epoch, bits] of through) t.strictSame([...(broken.get(epoch) ?? bits)], [...bits], `epoch ${epoch}`);
    for (const bits of through.values()) t.equal(bits.size, 1);
  });
}
