// The communicator over MPI.
//
//  (1) No call blocks for good: operations are begun, then tested until they are over, with a look at the lifeline in between. So a lost
//      process is a failure after milliseconds, and the thread can always leave.
//  (2) Who waits long sleeps in between, on the lifeline's word, so that ranks on few cores don't spin each other out.
//  (3) What a small reduction costs is the calls themselves: nothing is looked up, and no clock is read, before a wait has become long.
//  (4) A small reduction is made of messages that are prepared once and started again and again (small.ts).
//  (5) Words that MPI writes (requests, flags, statuses) lie in memory of their own, which doesn't move.

import { hostname, networkInterfaces, availableParallelism } from "node:os";
import { CommunicatorFailure, type Communicator, type CommunicatorOptions, type ElementName, type ReductionName } from "../communicator.js";
import { allocate, release } from "../heap.js";
import { setThreads } from "../machine.js";
import { memory } from "../memory.js";
import { Lifeline } from "./lifeline.js";
import { loadLibrary, type Library } from "./library.js";
import { SmallReductions } from "./small.js";

/** Words of (5), by index of 32 bits. */
const REQUEST = 0;
const FLAG = 4;
const STATUS = 8;
const COUNT = 24;
const SCRATCH_BYTES = 4096;
/** Bytes of a small reduction (4). */
const SMALL = 1024;
/** Bytes of a reduction between processes of one machine: what is larger leaves the caches before it is read again. */
const PIECE = 4 << 20;

/** Tests after which a waiting rank sleeps, some 40 µs; where each rank has a core, after so many milliseconds more. */
const TESTS = 300;
const SPIN = 0.5;
/** Milliseconds of one sleep. */
const NAP = 0.05;
/** Seconds in which all have to come to the end, once one process left. */
const GRACE = 2;
/** Seconds in which what a lost process has still sent may arrive. */
const ON_THE_WAY = 0.3;
/** Seconds in which the others have to end MPI, on a machine that is busy with other things. */
const PATIENCE = 30;

/** The launcher that started this process, and what it says. */
export function launcher(): { readonly family: "open-mpi" | "mpich" | null; readonly rank: number; readonly size: number } | null {
  const env = process.env;
  const number = (...names: string[]): number =>
    Number(names.map((name) => env[name]).find((value) => value !== undefined && value !== "") ?? NaN);
  if (env.OMPI_COMM_WORLD_SIZE) return { family: "open-mpi", rank: number("OMPI_COMM_WORLD_RANK"), size: number("OMPI_COMM_WORLD_SIZE") };
  if (env.PMI_RANK && env.PMI_SIZE) return { family: "mpich", rank: number("PMI_RANK"), size: number("PMI_SIZE") };
  if (env.SLURM_PROCID && Number(env.SLURM_NTASKS) > 1) return { family: null, rank: number("SLURM_PROCID"), size: number("SLURM_NTASKS") };
  return null;
}

class Mpi implements Communicator {
  readonly rank: number;
  readonly size: number;
  localSize = 1;
  readonly engine: string;
  readonly #library: Library;
  readonly #words: number;
  #bytesPerPiece: number;
  readonly #small: SmallReductions;
  /** Whether a test found its operation over: a view of the flag, which stays valid when the memory grows. */
  readonly #flags: Int32Array;
  readonly #test: () => number;
  #hasCore = true;
  readonly #asError: (failure: CommunicatorFailure) => Error;
  #lifeline: Lifeline | null = null;
  #addresses: readonly string[];
  #closing = false;
  #closed = false;
  #tolerant = false;
  /** Whether the others find each other through this process, to the end of MPI. */
  #servesOthers = false;

  constructor(library: Library, { addresses = [], bytesPerPiece = 0, asError = (failure) => failure }: CommunicatorOptions) {
    this.#library = library;
    this.#asError = asError;
    this.engine = library.version;
    this.#addresses = addresses;
    this.#bytesPerPiece = bytesPerPiece;
    this.#words = allocate(SCRATCH_BYTES);
    this.#flags = new Int32Array(memory.buffer, this.#words + FLAG * 4, 1);
    const [test, request, flag] = [library.functionOf("MPI_Test"), library.at(this.#words), library.at(this.#words + FLAG * 4)];
    this.#test = () => test(request, flag, library.ignored);
    library.call("MPI_Init_thread", 0, 0, 1, library.at(this.#words));
    library.call("MPI_Comm_set_errhandler", library.world, library.handle("errorsReturn"));
    library.call("MPI_Comm_rank", library.world, library.at(this.#words));
    this.rank = this.#word(0);
    library.call("MPI_Comm_size", library.world, library.at(this.#words));
    this.size = this.#word(0);
    this.#small = new SmallReductions(library, this.rank, this.size, flag, ({ start, test }) => {
      this.#checkCode("MPI_Startall", start());
      this.#wait("an all-reduce", false, test);
    });
  }

  #word(index: number): number {
    return new Int32Array(memory.buffer, this.#words, SCRATCH_BYTES / 4)[index]!;
  }

  /** @throws the error of a process that was lost while nobody waited for it */
  checkAlive(): void {
    if (this.#lifeline && this.#lifeline.first !== 0 && !this.#closing && !this.#tolerant)
      throw this.#asError(this.#lossOf(this.#lifeline.first - 1, "other work"));
  }

  /** Takes over a lifeline, or makes one through MPI where a launcher started the processes. */
  async watch(lifeline: Lifeline | null, patience: number): Promise<void> {
    this.#servesOthers = lifeline !== null && this.rank === 0;
    this.#lifeline = lifeline ?? (this.size > 1 ? await this.#makeLifeline(patience) : null);
    const host = hashOf(`${hostname()} ${[...this.#addresses][this.rank]?.split(":")[0] ?? ""}`);
    const place = this.#words + 512;
    const all = allocate(4 * this.size);
    new Int32Array(memory.buffer, place, 1)[0] = host;
    this.allGather(
      place,
      all,
      Array.from({ length: this.size }, () => 4),
    );
    this.localSize = new Int32Array(memory.buffer, all, this.size).filter((each) => each === host).length;
    this.#hasCore = this.localSize <= availableParallelism();
    if (this.#bytesPerPiece === 0) this.#bytesPerPiece = this.localSize === this.size ? PIECE : Infinity;
    if (process.env.KERASM_NUM_THREADS === undefined)
      setThreads(Math.max(1, Math.min(16, Math.floor(availableParallelism() / this.localSize))));
  }

  async #makeLifeline(patience: number): Promise<Lifeline> {
    const place = this.#words + 1024;
    const bytes = new Uint8Array(memory.buffer, place, 1024);
    let lifeline: Lifeline;
    if (this.rank === 0) {
      lifeline = lifelineOf(this.rank, this.size, 0, [], patience);
      const port = await lifeline.port;
      const hosts = Object.values(networkInterfaces()).flatMap((each) =>
        (each ?? []).filter(({ family }) => family === "IPv4").map(({ address }) => address),
      );
      bytes.fill(0).set(new TextEncoder().encode(JSON.stringify({ port, hosts: hosts.slice(0, 24), name: hostname() })));
      this.broadcast(place, 1024, 0);
    } else {
      this.broadcast(place, 1024, 0);
      const copy = bytes.slice();
      const { port, hosts, name } = JSON.parse(new TextDecoder().decode(copy.subarray(0, copy.indexOf(0)))) as {
        port: number;
        hosts: string[];
        name: string;
      };
      const isHere = name === hostname();
      // Machines may have the same name, containers above all.
      const ordered = [...(isHere ? ["127.0.0.1"] : []), ...hosts.filter((host) => !host.startsWith("127."))];
      lifeline = lifelineOf(this.rank, this.size, 0, ordered.map((host) => [host, port] as const), patience); // prettier-ignore
    }
    await lifeline.ready;
    return lifeline;
  }

  /** Invariants (1), (2) and (3). */
  #wait(what: string, isEnd = false, test = this.#test): void {
    let [begin, lostAt] = [0, 0];
    for (let tests = 1; ; tests++) {
      this.#checkCode("MPI_Test", test());
      if (this.#flags[0] !== 0) return;
      const lifeline = this.#lifeline;
      if (!lifeline) continue;
      if (lifeline.first !== 0 && !this.#tolerant) {
        // Others may be through and gone already, with their part on the way.
        lostAt ||= performance.now();
        if (performance.now() - lostAt > (isEnd ? GRACE : ON_THE_WAY) * 1000) this.#fail(lifeline.first - 1, what);
      }
      if (tests < TESTS) continue;
      begin ||= performance.now();
      if (this.#hasCore && performance.now() - begin < SPIN) continue;
      if (lifeline.first === 0) Atomics.wait(lifeline.words, 0, 0, NAP);
      else Atomics.wait(lifeline.words, 1, 0, NAP);
    }
  }

  #checkCode(name: string, code: number): void {
    if (code !== 0) throw new CommunicatorFailure({ given: `the error ${code} of ${name}`, expected: "success" });
  }

  #fail(rank: number, what: string): never {
    throw this.#lossOf(rank, what);
  }

  #lossOf(rank: number, what: string): CommunicatorFailure {
    const address = this.#addresses[rank];
    return new CommunicatorFailure(
      {
        given: `worker ${rank}${address ? ` (${address})` : ""}, which was lost during ${what}`,
        expected: `all ${this.size} workers to go on`,
        hint: "Start all of them again; training goes on from the last checkpoint (callbacks.BackupAndRestore).",
      },
      rank,
    );
  }

  #check(): void {
    if (this.#closed) throw new CommunicatorFailure({ given: "a communicator that was closed", expected: "an open one" });
  }

  allReduce(address: number, count: number, element: ElementName, reduction: ReductionName): void {
    this.#check();
    if (4 * count > SMALL || !this.#small.run(address, count, element, reduction)) this.#reduce(address, count, element, reduction);
  }

  #reduce(address: number, count: number, element: ElementName, reduction: ReductionName): void {
    const { abi, handle, at, world, functionOf } = this.#library;
    const begin = functionOf("MPI_Iallreduce");
    const [type, operation] = [handle(element), handle(reduction)];
    const piece = Math.max(1, Math.floor(this.#bytesPerPiece / 4) || count);
    for (let done = 0; done < count; done += piece) {
      const length = Math.min(piece, count - done);
      this.#checkCode("MPI_Iallreduce", begin(abi.inPlace, at(address + done * 4), length, type, operation, world, at(this.#words)));
      this.#wait("an all-reduce");
    }
  }

  broadcast(address: number, bytes: number, root: number): void {
    this.#check();
    const { call, handle, at, world } = this.#library;
    call("MPI_Ibcast", at(address), bytes, handle("byte"), root, world, at(this.#words));
    this.#wait("a broadcast");
  }

  allGather(from: number, to: number, lengths: readonly number[]): void {
    this.#check();
    const { call, handle, at, world } = this.#library;
    const table = allocate(8 * lengths.length);
    const words = new Int32Array(memory.buffer, table, 2 * lengths.length);
    let offset = 0;
    lengths.forEach((length, i) => {
      words[i] = length;
      words[lengths.length + i] = offset;
      offset += length;
    });
    const byte = handle("byte");
    call(
      "MPI_Iallgatherv",
      at(from),
      lengths[this.rank]!,
      byte,
      at(to),
      at(table),
      at(table + 4 * lengths.length),
      byte,
      world,
      at(this.#words),
    );
    this.#wait("an all-gather");
    release(table, 8 * lengths.length);
  }

  allToAll(from: number, to: number, bytes: number): void {
    this.#check();
    const { call, handle, at, world } = this.#library;
    const byte = handle("byte");
    call("MPI_Ialltoall", at(from), bytes, byte, at(to), bytes, byte, world, at(this.#words));
    this.#wait("an all-to-all");
  }

  send(address: number, bytes: number, to: number, tag: number): void {
    this.#check();
    const { call, handle, at, world } = this.#library;
    call("MPI_Isend", at(address), bytes, handle("byte"), to, tag, world, at(this.#words));
    this.#waitFor(to, "a message");
  }

  receive(address: number, bytes: number, from: number, tag: number): void {
    this.#check();
    const { call, handle, at, world } = this.#library;
    call("MPI_Irecv", at(address), bytes, handle("byte"), from, tag, world, at(this.#words));
    this.#waitFor(from, "a message");
  }

  /** Waits for what concerns one other process: where others may be lost, that one may not. */
  #waitFor(rank: number, what: string): void {
    if (!this.#tolerant) return this.#wait(what);
    for (let tests = 1; ; tests++) {
      this.#checkCode("MPI_Test", this.#test());
      if (this.#flags[0] !== 0) return;
      if (this.#lifeline?.lost().includes(rank)) this.#fail(rank, what);
      if (tests > TESTS && this.#lifeline) Atomics.wait(this.#lifeline.words, 1, 0, NAP);
    }
  }

  probe(tag: number): { from: number; bytes: number } | null {
    this.#check();
    const { call, abi, handle, at, world } = this.#library;
    const status = at(this.#words + STATUS * 4);
    call("MPI_Iprobe", abi.anySource, tag, world, at(this.#words + FLAG * 4), status);
    if (this.#word(FLAG) === 0) return null;
    call("MPI_Get_count", status, handle("byte"), at(this.#words + COUNT * 4));
    return { from: this.#word(STATUS + abi.statusSource), bytes: this.#word(COUNT) };
  }

  barrier(): void {
    this.#check();
    this.#barrier(false);
  }

  #barrier(isEnd: boolean): void {
    const { call, at, world } = this.#library;
    call("MPI_Ibarrier", world, at(this.#words));
    this.#wait(isEnd ? "the end" : "a barrier", isEnd);
  }

  lost(): readonly number[] {
    return this.#lifeline?.lost() ?? [];
  }

  tolerateLoss(): void {
    this.#tolerant = true;
  }

  /** Whether the end has begun. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Waits for all, then ends MPI. */
  end(): void {
    if (this.#closing) return;
    this.#closing = true;
    try {
      if (this.#lifeline && this.#lifeline.first !== 0) return; // MPI can't end without those that are gone
      this.#barrier(true);
      this.#lifeline?.ignore();
      this.#small.free();
      this.#library.call("MPI_Finalize");
      // The others end MPI through this process: until they have, or are gone.
      if (this.#servesOthers) Atomics.wait(this.#lifeline!.words, 3, 0, PATIENCE * 1000);
    } finally {
      this.#closed = true;
    }
  }

  async close(): Promise<void> {
    this.end();
    await this.#lifeline?.close();
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** The one communicator of this process: MPI begins once. */
let opened: Mpi | undefined;

/** Milliseconds after which a process that waits for nobody ends, too, when another was lost. */
const AFTER_LOSS = 3000;

function lifelineOf(
  rank: number,
  size: number,
  listen: number,
  connect: readonly (readonly [string, number])[],
  patience: number,
): Lifeline {
  return new Lifeline(rank, size, listen, connect, patience, () => {
    // As a promise that nobody catches: of what a timer throws Node would show the line, which is long in a bundle.
    setTimeout(() => void (async () => opened?.checkAlive())(), AFTER_LOSS);
  });
}

/** Joins the processes that were started with this one: by a launcher, or by hand with their addresses. @throws CommunicatorFailure */
export async function openCommunicator(options: CommunicatorOptions = {}): Promise<Communicator> {
  if (opened) return opened;
  const { addresses, rank, patience = 300 } = options;
  const launched = launcher();
  const library = await loadLibrary(launched ? launched.family : addresses ? "mpich" : null, process.env.KERASM_MPI_LIBRARY);
  if (launched && addresses && (launched.size !== addresses.length || launched.rank !== rank)) {
    throw new CommunicatorFailure({
      given: `task ${rank} of ${addresses.length} by TF_CONFIG, and rank ${launched.rank} of ${launched.size} by the launcher`,
      expected: "one of them, or the same from both",
    });
  }
  if (!launched && addresses && library.abi.name === "open-mpi") {
    throw new CommunicatorFailure({
      given: `${library.version} (${library.path}) without mpirun`,
      expected: "mpirun, or MPICH, whose processes find each other by TF_CONFIG",
      hint: "apt-get install mpich.",
    });
  }
  let lifeline: Lifeline | null = null;
  if (!launched && addresses && addresses.length > 1) {
    const [host, port] = hostAndPort(addresses[0]!);
    lifeline = lifelineOf(rank!, addresses.length, port, rank === 0 ? [] : [[host, port]], patience);
    try {
      await lifeline.ready;
    } catch (error) {
      await lifeline.close();
      throw error;
    }
    library.setEnvironment("PMI_PORT", `${host}:${port}`);
    library.setEnvironment("PMI_ID", String(rank));
  }
  const mpi = new Mpi(library, options);
  opened = mpi;
  await mpi.watch(lifeline, patience);
  process.once("beforeExit", () => void mpi.close());
  process.on("uncaughtExceptionMonitor", (error) => {
    const cause = (error as { cause?: unknown }).cause;
    const failure = error instanceof CommunicatorFailure ? error : cause instanceof CommunicatorFailure ? cause : undefined;
    if (failure?.lostRank !== undefined) isLost = true;
  });
  process.on("exit", (code) => {
    if (code === 0) mpi.end();
    else if (isLost) process.exitCode = 3;
  });
  return mpi;
}

/** Whether the process ends since another was lost: exit code 3. */
let isLost = false;

function hostAndPort(address: string): [string, number] {
  const at = address.lastIndexOf(":");
  return [address.slice(0, at).replace(/^\[|\]$/g, ""), Number(address.slice(at + 1))];
}
