// A graph as one program in one arena, cut only where the host has to do something in between; runs it.

import { elementsAt } from "../core/dtype.js";
import type { Step } from "../core/primitive.js";
import { State } from "../core/state.js";
import { pin, programLoaded, unpin, unloadProgram, programUsed, type Block, type Unloadable } from "../core/blocks.js";
import { Storage } from "../core/storage.js";
import { adoptBytes, bytesOf, Tensor, type Spec } from "../core/tensor.js";
import { Part, type Command, type Operand, type Scratch } from "../runtime/command.js";
import { allocate, release } from "../runtime/heap.js";
import { build } from "../runtime/machine.js";
import { bytes as memoryBytes } from "../runtime/memory.js";
import { finish, inParts, type Parts } from "../runtime/parts.js";
import { Program, type Place } from "../runtime/program.js";
import { forEachState, withInputs, type Graph } from "./graph.js";
import { afterPasses } from "./passes/index.js";
import { planInParts, type Plan } from "./plan.js";
import { Preparation } from "./preparation.js";
import { recordRun } from "./profile.js";

/** A part of the work: a program, or a step that the host does between programs. */
type Piece = Program | (() => void);

interface Memory {
  readonly address: number;
  readonly bytes: number;
}

/** What an executable has in the shared memory: for as long as it is loaded. It knows nothing of the executable (`Unloadable` says why). */
class Residence implements Unloadable {
  readonly bytes: number;
  running = 0;
  isLoaded = true;

  constructor(
    readonly memory: readonly Memory[],
    readonly states: readonly Block[],
  ) {
    this.bytes = memory.reduce((sum, { bytes }) => sum + bytes, 0);
    states.forEach(pin);
  }

  unload(): void {
    this.isLoaded = false;
    this.states.forEach(unpin);
    for (const { address, bytes } of this.memory) release(address, bytes);
  }
}

const finalizer = new FinalizationRegistry<Residence>(unloadProgram);

/** An executable in memory. */
interface Loaded {
  readonly residence: Residence;
  readonly pieces: readonly Piece[];
  readonly prepare: Program | null;
  /** What takes the outputs to the inputs that they become, for `repeat`. */
  moves?: readonly (() => void)[];
}

/** What becomes of a graph before it is laid out in memory. */
interface Planned {
  readonly graph: Graph;
  readonly plan: Plan;
}

function* planned(graph: Graph, staying: number): Parts<Planned> {
  const passed = yield* afterPasses(graph);
  return { graph: passed, plan: yield* planInParts(passed, staying > 0 ? passed.inputs.slice(-staying) : []) };
}

/** A graph with all shapes known, compiled: one program, run by one call; more where the host has to act in between. */
export class Executable {
  readonly graph: Graph;
  readonly plan: Plan;
  /** What is made of variables once, not on every run. */
  readonly preparation: Preparation;
  /** The kernels that the program was compiled for. */
  readonly build = build();
  /** The states that it writes. */
  readonly written: readonly State[];
  readonly #states: readonly State[];
  #arena = 0;
  #constants = 0;
  #prepared = 0;
  #loaded: Loaded | null = null;
  #loading: Parts<void> | null = null;
  /** The last run aside. */
  #lastAside: Promise<unknown> = Promise.resolve();

  /** @param staying  how many of the last inputs are read by every iteration of `repeat` */
  constructor(graph: Graph, staying = 0, { graph: passed, plan }: Planned = finish(planned(graph, staying))) {
    this.graph = passed;
    this.plan = plan;
    const states = new Set<State>();
    const written = new Set<State>();
    for (const step of this.graph.steps)
      forEachState(step, (state, isWritten) => {
        states.add(state);
        if (isWritten) written.add(state);
      });
    this.#states = [...states];
    this.written = [...written];
    this.preparation = new Preparation(this.plan, written);
  }

  /** The same in parts. */
  static *inParts(graph: Graph): Parts<Executable> {
    return new Executable(graph, 0, yield* planned(graph, 0));
  }

  /** Whether a run is under way: its values lie in the arena. */
  get isRunning(): boolean {
    return this.#loaded !== null && this.#loaded.residence.running > 0;
  }

  /** Barriers and serial stretches, for listings. */
  get segments(): Program["segments"] {
    return this.#load().pieces.flatMap((piece) => (piece instanceof Program ? piece.segments : []));
  }

  get #isLoaded(): boolean {
    return this.#loaded !== null && this.#loaded.residence.isLoaded;
  }

  /** Lays everything out in memory, where it is not there any more. */
  #load(): Loaded {
    while (!this.#isLoaded) finish((this.#loading ??= this.#layOut()));
    return this.#loaded!;
  }

  /** The same in parts; who can't wait meanwhile does what is left. */
  async #loadInParts(): Promise<void> {
    while (!this.#isLoaded) await inParts((this.#loading ??= this.#layOut()));
  }

  *#layOut(): Parts<void> {
    const blocks: Memory[] = [];
    const take = (bytes: number): number => {
      const address = allocate(bytes);
      blocks.push({ address, bytes });
      return address;
    };
    const pinned: Block[] = [];
    const programs: Program[] = [];
    try {
      for (const state of this.#states) {
        yield* state.residentInParts();
        pin(state.block);
        pinned.push(state.block);
        yield;
      }
      this.#arena = take(this.plan.arenaBytes);
      this.#constants = take(this.plan.constantBytes);
      for (const { tensor, slot } of this.plan.constants) {
        const view = tensor.view();
        memoryBytes().set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), this.#constants + slot.offset);
      }
      this.#prepared = take(this.preparation.bytes);
      const place = (operand: Operand): Place => this.#place(operand);
      const program = function* (commands: readonly Command[]): Parts<Program> {
        const made = yield* Program.inParts(commands, place);
        programs.push(made);
        return made;
      };
      const { commands } = this.preparation;
      const prepare = commands.length > 0 ? yield* program(commands) : null;
      const pieces = yield* this.#cut(program);
      const residence = new Residence([...blocks, ...programs.map(({ memory }) => memory)], pinned);
      this.preparation.reset();
      programLoaded(residence, this.#loaded !== null);
      if (this.#loaded) finalizer.unregister(this);
      finalizer.register(this, residence, this);
      this.#loaded = { residence, pieces, prepare };
    } catch (error) {
      for (const each of programs) each.free();
      for (const { address, bytes } of blocks) release(address, bytes);
      throw error;
    } finally {
      pinned.forEach(unpin); // the residence pins them
      this.#loading = null;
    }
  }

  *#cut(program: (commands: readonly Command[]) => Parts<Program>): Parts<Piece[]> {
    const pieces: Piece[] = [];
    let commands: Command[] = [];
    for (const { step, commands: own } of this.plan.byStep) {
      commands.push(...this.preparation.without(own));
      if (!step.op.host) continue;
      if (commands.length > 0) pieces.push(yield* program(commands));
      commands = [];
      pieces.push(this.#hostPiece(step));
    }
    if (commands.length > 0) pieces.push(yield* program(commands));
    return pieces;
  }

  /** Gives the step its inputs as tensors that look into the arena, and copies its outputs there. */
  #hostPiece({ op, inputs, outputs, attrs }: Step): () => void {
    const seen = (tensor: Tensor): Tensor => {
      if (!tensor.isSymbolic) return tensor;
      const { address, bytes } = this.#place(tensor);
      return new Tensor(tensor, Storage.at(address, Math.min(bytes, bytesOf(tensor)!)));
    };
    const real = withInputs({ op, inputs, outputs, attrs }, seen).inputs;
    const places = Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, this.#place(output)]));
    return () => {
      const results = op.host!(real, attrs, places);
      for (const name in results) this.#copyIn(outputs[name]!, results[name]!);
    };
  }

  #place(operand: Operand): Place {
    if (operand instanceof State) return operand;
    if (operand instanceof Part) {
      const { address, bytes } = this.#place(operand.whole);
      return { address: address + operand.bytes, bytes: operand.length ?? bytes - operand.bytes };
    }
    const offset = this.preparation.offset(operand);
    if (offset !== undefined) return { address: this.#prepared + offset, bytes: (operand as Scratch).bytes };
    const found = this.plan.find(operand as Tensor | Scratch);
    if (found instanceof State) return found;
    return { address: (found.isConstant ? this.#constants : this.#arena) + found.slot.offset, bytes: found.slot.bytes };
  }

  /** Copies the inputs in, runs the program, copies the outputs out. */
  run(inputs: readonly Tensor[]): Tensor[] {
    const recorded = recordRun(this, inputs);
    if (recorded) return recorded;
    const loaded = this.#begin(inputs);
    try {
      this.#runOnce(loaded);
      return this.#end();
    } finally {
      loaded.residence.running--;
    }
  }

  #runOnce({ pieces, prepare }: Loaded): void {
    for (const piece of pieces) {
      if (piece instanceof Program) {
        if (prepare && this.preparation.noteWrites()) prepare.run();
        piece.run();
      } else piece();
      this.#afterPiece();
    }
  }

  /**
   * Runs again and again: outputs become the first inputs of the next run, where they lie; the other inputs are copied in once. The last
   * output says whether to go on; it is no result.
   *
   * @param limit  at most so many runs, at least one
   */
  repeat(inputs: readonly Tensor[], limit: number): Tensor[] {
    const { outputs } = this.graph;
    const holds = outputs.at(-1)!;
    const loaded = this.#begin(inputs);
    try {
      for (let n = 1; ; n++) {
        this.#runOnce(loaded);
        if (n >= limit || !this.#peek(holds)) return this.#end().slice(0, -1);
        for (const move of (loaded.moves ??= this.#movesBack())) move();
      }
    } finally {
      loaded.residence.running--;
    }
  }

  /** Copies of outputs into the places of the inputs that they become. */
  #movesBack(): (() => void)[] {
    const pairs = this.graph.outputs.slice(0, -1).flatMap((output, i) => {
      const input = this.graph.inputs[i]!;
      const to = this.#place(input).address;
      if (!output.isSymbolic) return [{ output, input, from: -1, to, bytes: bytesOf(output)! }];
      const from = this.#place(output).address;
      return from === to ? [] : [{ output, input, from, to, bytes: bytesOf(output)! }];
    });
    const isInTheWay = pairs.some(({ from, bytes }, i) =>
      pairs.some((other, j) => j < i && from >= 0 && from < other.to + other.bytes && other.to < from + bytes),
    );
    if (isInTheWay) {
      return [
        () => {
          const values = pairs.map(({ from, bytes }) => (from < 0 ? null : memoryBytes().slice(from, from + bytes)));
          pairs.forEach(({ output, input, to }, i) => (values[i] ? memoryBytes().set(values[i]!, to) : this.#copyIn(input, output)));
        },
      ];
    }
    return pairs.map(({ output, input, from, to, bytes }) =>
      from < 0
        ? () => this.#copyIn(input, output)
        : () => {
            const memory = memoryBytes();
            if (bytes > 16) memory.copyWithin(to, from, from + bytes);
            else for (let i = 0; i < bytes; i++) memory[to + i] = memory[from + i]!; // a counter, a sum
          },
    );
  }

  /** Whether a scalar output is true. */
  #peek(output: Tensor): boolean {
    if (!output.isSymbolic) return Boolean(output.item());
    if (output.dtype === "bool") return memoryBytes()[this.#place(output).address] !== 0;
    return Boolean(elementsAt(output.dtype, memoryBytes().buffer, this.#place(output).address, 1)[0]);
  }

  /** The same without keeping a page's thread busy; runs aside come one after the other. */
  runAside(inputs: readonly Tensor[]): Promise<Tensor[]> {
    const run = this.#lastAside.then(() => this.#runAside(inputs));
    this.#lastAside = run.catch(() => {});
    return run;
  }

  async #runAside(inputs: readonly Tensor[]): Promise<Tensor[]> {
    const recorded = recordRun(this, inputs);
    if (recorded) return recorded;
    await this.#loadInParts();
    const { residence, pieces, prepare } = this.#begin(inputs, true);
    try {
      for (const piece of pieces) {
        if (piece instanceof Program) {
          if (prepare && this.preparation.noteWrites()) await prepare.runAside();
          await this.#pieceAside(piece);
        } else {
          for (const state of this.written) state.beforeWrite();
          piece();
        }
        this.#afterPiece();
      }
      return this.#end();
    } finally {
      residence.running--;
    }
  }

  async #pieceAside(program: Program): Promise<void> {
    let hasBegun = false;
    try {
      await program.runAside(() => {
        for (const state of this.written) state.beginWrite();
        hasBegun = true;
      });
    } finally {
      if (hasBegun) for (const state of this.written) state.endWrite();
    }
  }

  /** Runs step by step, each a program of its own, and tells how long each took. */
  runTimed(inputs: readonly Tensor[], timed: (step: Step, begin: number, end: number) => void): Tensor[] {
    const { residence, prepare } = this.#begin(inputs);
    try {
      for (const { step, commands: own } of this.plan.byStep) {
        const commands = this.preparation.without(own);
        const program = commands.length > 0 ? new Program(commands, (operand) => this.#place(operand)) : null;
        const host = step.op.host ? this.#hostPiece(step) : null;
        if (prepare && this.preparation.noteWrites()) prepare.run();
        const begin = performance.now();
        program?.run();
        host?.();
        timed(step, begin, performance.now());
        this.#afterPiece();
        program?.free();
      }
      return this.#end();
    } finally {
      residence.running--;
    }
  }

  /** Whoever calls it counts `running` down when the run has ended; in a run aside each piece says when it is about to write. */
  #begin(inputs: readonly Tensor[], isAside = false): Loaded {
    const loaded = this.#load();
    this.graph.inputs.forEach((input, i) => this.#copyIn(input, inputs[i]!));
    if (!isAside) for (const state of this.written) state.beforeWrite();
    loaded.residence.running++;
    programUsed(loaded.residence);
    return loaded;
  }

  /** A piece may have written states that a graph within the next one reads. */
  #afterPiece(): void {
    for (const state of this.written) state.afterWrite();
  }

  #end(): Tensor[] {
    return this.graph.outputs.map((output) => (output.isSymbolic ? this.#copyOut(output) : output));
  }

  #copyIn(target: Tensor, value: Tensor): void {
    const { address } = this.#place(target);
    value.storage!.copyTo(memoryBytes().subarray(address, address + bytesOf(value)!));
  }

  #copyOut(output: Spec & Tensor): Tensor {
    const { address } = this.#place(output);
    return adoptBytes(memoryBytes().slice(address, address + bytesOf(output)!), output);
  }
}
