// keras.Operation: computations of one's own as nodes of functional models, without the state of a layer.

import { checkOptions } from "../../core/options.js";
import { automaticName, Callable, type Config, type Json } from "../../config/index.js";
import { ArgumentError, StateError, text } from "../../core/errors.js";
import { inferOnly, kerasTensorsLike } from "../base/infer.js";
import { currentRematScope, rematWhole, type RematScope } from "../base/remat.js";
import { holdsKerasTensor } from "./keras-tensor.js";
import { Node, type Operation as AnyOperation } from "./node.js";

export interface Operation {
  /** Computes, or makes a node of calls on Keras tensors. */
  (...args: unknown[]): unknown;
}

/**
 * The base of computations: called on tensors it computes by `call`, called on Keras tensors it becomes a node of a functional model.
 * Layers and the operations of keras.ops are operations, too: `instanceof` says so.
 *
 * ```ts
 * class Scale extends keras.Operation {
 *   constructor(readonly factor: number, options: { name?: string } = {}) { super(options); }
 *   override call(x: tf.Tensor) { return x.mul(this.factor); }
 * }
 * const input = keras.Input({ shape: [2] });
 * const model = new keras.Model({ inputs: input, outputs: new Scale(3)(input) as tf.Tensor });
 * (model(tf.constant([[1, 2]])) as tf.Tensor).array(); // [[3, 6]]
 * ```
 *
 * Keras: keras.Operation
 */
export class Operation extends Callable implements AnyOperation {
  declare readonly name: string;
  /** The calls on Keras tensors, in order. */
  declare readonly inboundNodes: Node[];
  readonly #rematScope: RematScope | null;

  /** @param options  `name`: unique in a model; default: made from the class name */
  constructor(options: { readonly name?: string | null } = {}) {
    super();
    checkOptions("Operation", [options], 0, ["name"]);
    const { name = null } = options;
    if (name !== null && (typeof name !== "string" || name.includes("/") || name === ""))
      throw new ArgumentError("Operation.name", { given: text(name), expected: 'a name without "/"' });
    const own = name ?? automaticName(new.target.name);
    Object.defineProperties(this, { name: { value: own }, inboundNodes: { value: [] } });
    this.#rematScope = currentRematScope();
  }

  /** Layers and the operations of keras.ops are operations by what they do. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== Operation) return Function.prototype[Symbol.hasInstance].call(this, value);
    return ((typeof value === "object" && value !== null) || typeof value === "function") && "inboundNodes" in value && "replay" in value;
  }

  /** The computation. */
  call(..._args: never[]): unknown {
    throw new StateError(this.name, { given: `a call of ${this.constructor.name}`, expected: "a class with a method call" });
  }

  /** The computation of quantized values; an operation has none unless it says otherwise. */
  quantizedCall(..._args: never[]): unknown {
    throw new StateError(this.name, {
      given: `a quantized call of ${this.constructor.name}`,
      expected: "a class with a method quantizedCall",
    });
  }

  protected override invoke(...args: unknown[]): unknown {
    if (holdsKerasTensor(args)) return this.symbolicCall(...args);
    const call = (...given: unknown[]): unknown => this.call(...(given as never[]));
    return this.rematerializedCall(call, ...args)(...args);
  }

  /** Makes a node of a call on Keras tensors. Keras: symbolic_call */
  symbolicCall(...args: unknown[]): unknown {
    const outputs = this.computeOutputSpec(...args);
    new Node(this, args, {}, outputs);
    return outputs;
  }

  /** Shapes and dtypes of the results, as Keras tensors; by default what `call` gives. Keras: compute_output_spec */
  computeOutputSpec(...args: unknown[]): unknown {
    return kerasTensorsLike(inferOnly(() => this.call(...(args as never[]))));
  }

  /** The function, computed anew for the gradient where the `keras.RematScope` says so in which the operation was made. */
  rematerializedCall(fn: (...args: unknown[]) => unknown, ...args: unknown[]): (...args: unknown[]) => unknown {
    return this.#rematScope?.takes(this.name, () => this.computeOutputSpec(...args)) ? rematWhole(fn) : fn;
  }

  /** Calls the operation, as a model does when it runs. */
  replay(args: readonly unknown[], options: Readonly<Record<string, unknown>> = {}): unknown {
    return this.invoke(...args, ...(Object.keys(options).length > 0 ? [options] : []));
  }

  /** The Keras tensors that the first call on Keras tensors was given. */
  get input(): unknown {
    return single(this.#node().inputs);
  }

  /** The Keras tensors that the first call on Keras tensors gave. */
  get output(): unknown {
    return single(this.#node().outputs);
  }

  #node(): Node {
    const [node] = this.inboundNodes;
    if (node) return node;
    throw new StateError(this.name, { given: "an operation that was not called on Keras tensors", expected: "a node of a model" });
  }

  /** What makes the same operation again; a class with arguments of its own adds them. */
  getConfig(): Config {
    return { name: this.name };
  }

  /** An operation from what `getConfig` gave: an options object for the constructor. */
  static fromConfig<T>(this: new (options: never) => T, config: Readonly<Record<string, Json>>): T {
    return new this(config as never);
  }

  override toString(): string {
    return `<Operation name=${this.name}>`;
  }
}

const single = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 ? list[0]! : list);
