// A graph made ready to run on given specs: passes, plan and program, kept for the next call.

import { StateError } from "../core/errors.js";
import { isRecording, isTracing, tapes, type Recorder } from "../core/interpreter.js";
import type { Step } from "../core/primitive.js";
import { shapeText } from "../core/shape.js";
import { State } from "../core/state.js";
import type { Tensor } from "../core/tensor.js";
import { build } from "../runtime/machine.js";
import { inParts } from "../runtime/parts.js";
import { Executable } from "./executable.js";
import { listing, stepsListing } from "./listing.js";
import { profile, type Profile } from "./profile.js";
import { replay, specialize, stateRead, type Graph } from "./graph.js";
import { ProgramPair } from "./pair.js";
import { openStep, Stages } from "./stages.js";
import { withOrigin, type Traced } from "./trace.js";

/** A graph, ready to run: tensors in, tensors out. */
export const compiledGraph = (graph: Graph): ConcreteFunction<readonly Tensor[]> =>
  new ConcreteFunction({ graph, createdVariables: 0, result: (outputs) => outputs });

/** One trace of a function, compiled for each shape that its open axes take. */
export class ConcreteFunction<R = unknown> {
  readonly #traced: Traced<R>;
  readonly #executables = new Map<string, Executable>();
  readonly #pairs = new Map<string, ProgramPair>();
  /** What the graph reads. */
  #states?: readonly State[];
  readonly #mayOpen: boolean;
  readonly #stages = new Map<string, Stages | undefined>();
  #spare?: ConcreteFunction<readonly Tensor[]>;

  constructor(traced: Traced<R>) {
    this.#traced = traced;
    this.#mayOpen = openStep(traced.graph) >= 0;
  }

  /** The recorded steps, before any pass. */
  get tracedGraph(): Graph {
    return this.#traced.graph;
  }

  /**
   * The program as a listing: its steps with shapes and what was fused into them, planned bytes, barriers. Where axes are open there is a
   * program for each length: then the steps as they were recorded.
   */
  get graph(): string {
    const { graph } = this.#traced;
    return graph.inputs.some(({ shape }) => shape.includes(null)) ? stepsListing(graph) : listing(this.executable());
  }

  /** Runs the program on the given tensors some forty times and tells where the time goes. Variables are afterwards what they were. */
  profile(...tensors: readonly Tensor[]): Profile {
    return profile(this.executable(tensors), tensors);
  }

  /**
   * Runs the program on the given tensors: under a tape, one that keeps what the gradient needs; step by step where an outer trace, or
   * tapes inside each other, have to see the steps.
   */
  run(tensors: readonly Tensor[]): R {
    return this.#traced.result(this.#outputs(tensors));
  }

  #outputs(tensors: readonly Tensor[]): readonly Tensor[] {
    const isSymbolic = tensors.some((tensor) => tensor.isSymbolic);
    if (!isRecording() && !isSymbolic) return (this.#stagesFor(tensors) ?? this.#idle(tensors)).run(tensors);
    const [tape, ...others] = tapes();
    if (isTracing() || isSymbolic || others.length > 0) return replay(this.#traced.graph, tensors);
    return (this.#stagesFor(tensors) ?? this.#pair(tensors, tape!)).run(tensors);
  }

  /** The function in stages, where values decide about shapes inside. */
  #stagesFor(tensors: readonly Tensor[]): Stages | undefined {
    if (!this.#mayOpen) return undefined;
    const key = shapesOf(tensors);
    if (!this.#stages.has(key)) {
      const known = specialize(this.#traced.graph, tensors);
      this.#stages.set(key, openStep(known) < 0 ? undefined : new Stages(known, compiledGraph));
    }
    return this.#stages.get(key);
  }

  #pair(tensors: readonly Tensor[], tape: Recorder): ProgramPair {
    const { graph } = this.#traced;
    const follows = (source: Tensor | State) => tape.follows?.(source) === true;
    const states = (this.#states ??= [...new Set(graph.steps.map(stateRead).filter((state) => state !== null))]);
    const key = [
      ...tensors.map((tensor) => `${tensor.shape.join()}${follows(tensor) ? "*" : ""}`),
      states.map((state) => (follows(state) ? "*" : "-")).join(""),
    ].join(";");
    let pair = this.#pairs.get(key);
    if (!pair) {
      const known = specialize(graph, tensors);
      pair = new ProgramPair(known, compiledGraph, (source) => follows(source instanceof State ? source : tensors[source]!));
      this.#pairs.set(key, pair);
    }
    return pair;
  }

  /** The same without keeping a page's thread busy; the arguments must not change meanwhile. */
  async runAside(tensors: readonly Tensor[]): Promise<R> {
    if (isRecording() || tensors.some((tensor) => tensor.isSymbolic)) return this.run(tensors);
    const runnable = this.#stagesFor(tensors) ?? (await this.#executableInParts(tensors));
    return this.#traced.result(await runnable.runAside(tensors));
  }

  /** A program that no run is under way of: a call in the midst of a run aside gets one of its own. */
  #idle(tensors: readonly Tensor[]): Executable {
    const executable = this.executable(tensors);
    if (!executable.isRunning) return executable;
    return (this.#spare ??= compiledGraph(this.#traced.graph)).#idle(tensors);
  }

  /** The compiled program, made with pauses. */
  async #executableInParts(specs: readonly Tensor[]): Promise<Executable> {
    const key = shapesOf(specs);
    const isMade = () => this.#executables.get(key)?.build === build();
    if (!isMade()) {
      const known = specialize(this.#traced.graph, specs);
      checkKnown(known);
      const made = await inParts(Executable.inParts(known));
      if (!isMade()) this.#executables.set(key, made); // a call at once may have come before
    }
    return this.executable(specs);
  }

  /** The compiled program for inputs of these shapes. @throws StateError where values decide about shapes: then there are several */
  executable(specs: readonly Tensor[] = this.#traced.graph.inputs): Executable {
    const key = shapesOf(specs);
    let executable = this.#executables.get(key);
    if (executable && executable.build === build()) return executable;
    const known = specialize(this.#traced.graph, specs);
    checkKnown(known);
    this.#executables.set(key, (executable = new Executable(known)));
    return executable;
  }
}

/** @throws StateError where a shape is open in spite of known inputs, with the line that recorded the step */
function checkKnown({ name, steps }: Graph): void {
  const isOpen = ({ outputs }: Step) => Object.values(outputs).some(({ shape }) => shape.includes(null));
  const step = steps.find(isOpen);
  if (!step) return;
  const shapes = Object.values(step.outputs).map(({ shape }) => shapeText(shape));
  const facts = step.op.host
    ? { expected: "shapes that are known, where the program as a whole is asked for", hint: "The values decide about this one." }
    : {
        expected: "shapes that follow from those of the inputs",
        hint: "Take lengths by keras.ops.shape(x), or make it from a tensor that has the axis: tf.zerosLike(x), x.mul(0).",
      };
  throw withOrigin(new StateError(name, { given: `${step.op.name}, which gives ${shapes.join(", ")}`, ...facts }), step);
}

const shapesOf = (specs: readonly Tensor[]): string => specs.map(({ shape }) => shape.join()).join(";");
