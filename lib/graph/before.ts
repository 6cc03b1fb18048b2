// What runs before a program: layers that make numbers of the strings which the traced function was given.
//
//  (1) While a function is traced, a call that reads strings is answered by its values of this one call, and kept with what it was called
//      on. The tensors that it gave are inputs of the graph, like arguments.
//  (2) Before each later run the same calls are made on the strings of that run. What they read beside strings are arguments, results of
//      other such calls, or what steps without state make of them; values that a program decides come too late.

import { StateError } from "../core/errors.js";
import { apply, unrecorded, withInputs } from "../core/interpreter.js";
import { isStrings, Strings, symbolicStrings } from "../core/strings.js";
import { Chainable, Tensor } from "../core/tensor.js";
import { isComposite, isRecord } from "../core/tree.js";
import type { Trace } from "./trace.js";

type Value = Tensor | Strings;

/** Values by the ids of the tensors that stand for them. */
type Values = Map<number, Value>;

interface Call {
  readonly operands: readonly Tensor[];
  readonly compute: (values: readonly Value[]) => unknown;
  /** What stands for the results. */
  readonly made: readonly Tensor[];
}

/** The strings of one call of a traced function, and the arguments beside them. */
export interface Given {
  readonly texts: readonly Strings[];
  readonly tensors: readonly Tensor[];
}

/** The calls that are made before a program runs. */
export class Before {
  /** What stands for the strings. */
  readonly texts: readonly Tensor[];
  /** What stands for the tensors that come of them: further inputs of the graph. */
  readonly results: Tensor[] = [];
  readonly #trace: Trace;
  readonly #inputs: readonly Tensor[];
  readonly #calls: Call[] = [];
  /** The values of the call that is traced. */
  #present: Values | null;

  constructor(trace: Trace, inputs: readonly Tensor[], given: Given) {
    this.#trace = trace;
    this.#inputs = inputs;
    this.texts = given.texts.map(({ shape }) => symbolicStrings(shape, trace));
    this.#present = this.#begin(given);
  }

  #begin({ texts, tensors }: Given): Values {
    const named = (symbols: readonly Tensor[], values: readonly Value[]) => symbols.map(({ id }, i): [number, Value] => [id, values[i]!]);
    return new Map([...named(this.texts, texts), ...named(this.#inputs, tensors)]);
  }

  /** Tracing is over: the values of the call that was traced are let go of. */
  close(): void {
    this.#present = null;
  }

  /** A call that reads strings, while the function is traced. */
  ask(operands: readonly Tensor[], compute: (values: readonly Value[]) => unknown): unknown {
    const present = this.#present!;
    const answer = unrecorded(() => compute(operands.map((operand) => this.#valueOf(operand, present))));
    const made: Tensor[] = [];
    const represented = this.#mapped(answer, (value) => {
      const symbol = value instanceof Strings ? symbolicStrings(value.shape, this.#trace) : this.#trace.input(value);
      if (value instanceof Tensor) this.results.push(symbol);
      present.set(symbol.id, value);
      made.push(symbol);
      return symbol;
    });
    this.#calls.push({ operands, compute, made });
    return represented;
  }

  /** The tensors that the calls make of the strings of another run. */
  run(given: Given): Tensor[] {
    const values = this.#begin(given);
    return unrecorded(() =>
      this.#calls.flatMap(({ operands, compute, made }) => {
        const found: Value[] = [];
        this.#mapped(compute(operands.map((operand) => this.#valueOf(operand, values))), (value) => void found.push(value));
        if (found.length !== made.length) {
          throw new StateError(this.#trace.name, {
            given: `${found.length} results of a layer that reads strings`,
            expected: `${made.length}, as when the function was traced`,
          });
        }
        made.forEach(({ id }, i) => values.set(id, found[i]!));
        return found.filter((value) => value instanceof Tensor);
      }),
    );
  }

  /** @throws StateError for a value that is known too late */
  #valueOf(symbol: Tensor, values: Values): Value {
    if (!symbol.isSymbolic) return symbol;
    const known = values.get(symbol.id);
    if (known) return known;
    const step = symbol.producer;
    if (!step || step.op.effect || step.op.states.length > 0) {
      throw new StateError(this.#trace.name, {
        given: `${step ? `what ${step.op.name} gives` : "a tensor of a branch or a loop"} beside strings`,
        expected: "arguments, or what follows from them without variables",
        hint: "Layers that read strings run before the program.",
      });
    }
    const { op, inputs, attrs } = withInputs(step, (each) => this.#valueOf(each, values) as Tensor);
    const result = apply(op, inputs, attrs);
    for (const [name, { id }] of Object.entries(step.outputs)) values.set(id, result instanceof Tensor ? result : result[name]!);
    return values.get(symbol.id)!;
  }

  /** What a call gave, with every tensor and all strings replaced. @throws StateError for rows of different lengths */
  #mapped(answer: unknown, replace: (value: Value) => unknown): unknown {
    if (answer instanceof Chainable) return replace(answer.value());
    if (answer instanceof Strings) return replace(answer);
    if (isStrings(answer)) return replace(Strings.of(answer, this.#trace.name));
    if (isComposite(answer) || (Array.isArray(answer) && answer.some((row) => Array.isArray(row) || typeof row === "number"))) {
      throw new StateError(this.#trace.name, {
        given: "rows of different lengths, made of strings",
        expected: "tensors",
        hint: "Give TextVectorization an outputSequenceLength, or leave out ragged.",
      });
    }
    if (Array.isArray(answer)) return answer.map((each) => this.#mapped(each, replace));
    if (!isRecord(answer)) return answer;
    return Object.fromEntries(Object.entries(answer).map(([key, each]) => [key, this.#mapped(each, replace)]));
  }
}
