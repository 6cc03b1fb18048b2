import { isRecording } from "../core/interpreter.js";
import type { Tensor } from "../core/tensor.js";
import { build } from "../runtime/machine.js";
import { Executable } from "./executable.js";
import { listing, profile, type Profile } from "./profile.js";
import { replay, specialize, type Graph } from "./graph.js";
import type { Traced } from "./trace.js";

/** One trace of a function, compiled for each shape that its open axes take. */
export class ConcreteFunction<R = unknown> {
  readonly #traced: Traced<R>;
  readonly #executables = new Map<string, Executable>();

  constructor(traced: Traced<R>) {
    this.#traced = traced;
  }

  /** The recorded steps, before any pass. */
  get tracedGraph(): Graph {
    return this.#traced.graph;
  }

  /** The program as a listing: its steps with shapes and what was fused into them, planned bytes, barriers. */
  get graph(): string {
    return listing(this.executable());
  }

  /** Runs the program on the given tensors some twenty times and tells where the time goes. Effects happen each time. */
  profile(...tensors: readonly Tensor[]): Profile {
    return profile(this.executable(tensors), tensors);
  }

  /** Runs the program on the given tensors; step by step where a tape or an outer trace has to see the steps. */
  run(tensors: readonly Tensor[]): R {
    const { graph, result } = this.#traced;
    return result(
      isRecording() || tensors.some((tensor) => tensor.isSymbolic) ? replay(graph, tensors) : this.executable(tensors).run(tensors),
    );
  }

  /** The same without keeping a page's thread busy; the arguments must not change meanwhile. */
  async runAside(tensors: readonly Tensor[]): Promise<R> {
    if (isRecording() || tensors.some((tensor) => tensor.isSymbolic)) return this.run(tensors);
    return this.#traced.result(await this.executable(tensors).runAside(tensors));
  }

  /** The compiled program for inputs of these shapes. */
  executable(specs: readonly Tensor[] = this.#traced.graph.inputs): Executable {
    const key = specs.map(({ shape }) => shape.join()).join(";");
    let executable = this.#executables.get(key);
    if (!executable || executable.build !== build())
      this.#executables.set(key, (executable = new Executable(specialize(this.#traced.graph, specs))));
    return executable;
  }
}
