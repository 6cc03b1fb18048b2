// Operations on Keras tensors: `ops.greater(input, 0.5)` in a functional model is a node, and in the model's config an object of Keras's
// class Greater. The declaration of the operation says which arguments Keras keeps in that object and which in the node.

import { automaticName, lookUp, registerClasses, type Config, serializeKerasObject, toSnakeCase } from "../../config/index.js";
import { DtypeError } from "../../core/errors.js";
import { holdsText } from "../../core/strings.js";
import { type DeclaredOperation, notRecorded, setCallRecorder, watchOperations } from "../../core/operation.js";
import { isInferring } from "../base/context.js";
import { inferOnly, kerasTensorsLike } from "../base/infer.js";
import { holdsKerasTensor } from "./keras-tensor.js";
import { Node, type Operation } from "./node.js";

/** An operation in a functional model: an object of one of Keras's operation classes. */
export class OperationCall implements Operation {
  readonly inboundNodes: Node[] = [];
  readonly name: string;

  constructor(
    readonly declared: DeclaredOperation,
    /** Values of the parameters that are no arguments, by Keras's names. */
    private readonly values: Readonly<Record<string, unknown>>,
    name?: string,
  ) {
    this.name = name ?? automaticName(declared.className);
  }

  /** Where Keras has the class: `keras.src.ops.numpy`. */
  get module(): string {
    return `keras.src.ops.${this.declared.signature.module}`;
  }

  /** Applies the operation to the arguments of a call: an array in Keras's order, others by Keras's names. */
  replay(args: readonly unknown[], named: Readonly<Record<string, unknown>> = {}): unknown {
    const { signature, run } = this.declared;
    const all: Readonly<Record<string, unknown>> = { ...this.values, ...named };
    const left: unknown[] = [...args];
    const given = signature.parameters.map(({ name, isArgument, isRest, fallback }) => {
      if (isArgument && left.length > 0) return isRest ? left.splice(0) : left.shift();
      const key = toSnakeCase(name);
      return key in all ? all[key] : fallback;
    });
    return (run as (...args: unknown[]) => unknown)(...given);
  }

  /** Applies the operation to Keras tensors and keeps the call as a node. */
  record(args: readonly unknown[], named: Readonly<Record<string, unknown>> = {}): unknown {
    const outputs = kerasTensorsLike(inferOnly(() => this.replay(args, named)));
    new Node(this, args, named, outputs);
    return outputs;
  }

  /** The same operation with calls of its own, for another model. */
  copy(): OperationCall {
    return new OperationCall(this.declared, this.values, this.name);
  }

  getConfig(): Config {
    return { name: this.name, ...(serializeKerasObject(this.values) as Config) };
  }
}

/** What Keras's saved models call the class of an operation, and how it is made of a config. */
export const configClassOf = (declared: DeclaredOperation) => ({
  prototype: OperationCall.prototype,
  fromConfig: ({ name, ...values }: Readonly<Record<string, unknown>>) => new OperationCall(declared, values, name as string),
});

// Configs of models name their nodes by Keras's classes of operations. One that is declared in two files (Slice) is known by the first.
watchOperations((declared) => {
  const module = `keras.src.ops.${declared.signature.module}`;
  if (!lookUp(module, declared.className)) registerClasses(module, { [declared.className]: configClassOf(declared) });
});

setCallRecorder((declared, args) => {
  if (isInferring()) return notRecorded;
  if (holdsText(args))
    throw new DtypeError(declared.signature.name, {
      given: "strings",
      expected: "numbers",
      hint: "Strings go to layers that read them: StringLookup, TextVectorization, Hashing, Lambda.",
    });
  const ofCall: unknown[] = [];
  const values: Record<string, unknown> = {};
  // A length or an axis that is a Keras tensor comes with the call, as arguments do.
  const named: Record<string, unknown> = {};
  declared.signature.parameters.forEach(({ name, isArgument, isRest }, i) => {
    if (!isArgument) (holdsKerasTensor(args[i]) ? named : values)[toSnakeCase(name)] = args[i];
    else if (isRest) ofCall.push(...(args[i] as readonly unknown[]));
    else ofCall.push(args[i]);
  });
  while (ofCall.length > 0 && ofCall.at(-1) === null) ofCall.pop();
  return new OperationCall(declared, values).record(ofCall, named);
});
