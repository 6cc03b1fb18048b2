// What TensorFlow answered for traced functions, autograph, tapes and control flow.

import { converted } from "../../../lib/graph/conversion.js";
import type { Case } from "../cases.js";
import { compare, type Tolerance } from "../compare.js";
import type { Mode } from "../modes.js";
import { Mismatch, Unsupported } from "../outcome.js";
import * as tf from "../../../lib/index.js";
import { isEncoded, toTensor } from "../values.js";
import { runDistribution } from "./tf-distribution.js";
import { type ProgramForm, textOf } from "./tf-programs.js";

type Fn = (...args: unknown[]) => unknown;

interface Call {
  readonly args: readonly unknown[];
  readonly result?: unknown;
  readonly error?: string;
  readonly traces: number;
}

const decoded = (value: unknown): unknown => (isEncoded(value) ? toTensor(value) : Array.isArray(value) ? value.map(decoded) : value);

const toleranceOf = (testCase: Case): Tolerance =>
  ({ rtol: 1e-5, atol: 1e-6, ...(testCase["tolerance"] as object | undefined) }) as Tolerance;

export function runTfFunction(testCase: Case, mode: Mode): void | Promise<void> {
  switch (testCase.kind) {
    case "program":
      return runProgram(testCase, mode);
    case "tracing":
      return runTracing(testCase);
    case "module":
      return runModule(testCase);
    case "distribute":
      return runDistribution(testCase, mode);
    default:
      throw new Unsupported(`cases of kind ${testCase.kind}`);
  }
}

function made(form: ProgramForm): { plain: Fn; scope: Record<string, unknown> } {
  const { text, constants } = textOf(form);
  const scope = { tf: tf, constants };
  return { plain: new Function(...Object.keys(scope), `return ${text};`)(...Object.values(scope)) as Fn, scope };
}

function runProgram(testCase: Case, mode: Mode): void {
  const { plain, scope } = made(testCase["program"] as ProgramForm);
  const inputs = (testCase["inputs"] as unknown[]).map(decoded);
  const isPlain = testCase["autograph"] === false;
  const run = (): unknown => {
    if (mode.name === "traced")
      return (tf.function as (fn: Fn, options: object) => Fn)(
        plain,
        isPlain ? { autograph: false } : { autograph: true, scope },
      )(...inputs);
    return (converted as unknown as (fn: Fn, options: object) => Fn)(plain, { scope })(...inputs);
  };
  if (testCase["error"] !== undefined) return mustThrow(testCase.id, run);
  compare(testCase["result"], run(), toleranceOf(testCase), "result");
}

function mustThrow(where: string, action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (error instanceof TypeError || error instanceof ReferenceError) throw error; // no answer, but a fault
    return;
  }
  throw new Mismatch(`${where}: expected an error`);
}

function runTracing(testCase: Case): void {
  const { plain, scope } = made(testCase["program"] as ProgramForm);
  const given = testCase["options"] as { input_signature?: readonly [number[] | null, string][]; reduce_retracing?: boolean };
  const fn = (tf.function as unknown as (fn: Fn, options: object) => Fn & { tracingCount: number })(plain, {
    autograph: true,
    scope,
    ...(given.input_signature && {
      inputSignature: given.input_signature.map(([shape, dtype]) => new tf.TensorSpec(shape, dtype as "float32")),
    }),
    ...(given.reduce_retracing !== undefined && { reduceRetracing: given.reduce_retracing }),
  });
  for (const [i, call] of (testCase["calls"] as Call[]).entries()) {
    const args = call.args.map(decoded);
    if (call.error !== undefined) mustThrow(`call ${i}`, () => fn(...args));
    else compare(call.result, fn(...args), toleranceOf(testCase), `call ${i}`);
    if (fn.tracingCount !== call.traces) throw new Mismatch(`call ${i}: traced ${fn.tracingCount} times, expected ${call.traces}`);
  }
}

function runModule(testCase: Case): void {
  class Counter {
    v = tf.variable(0, { dtype: "int32" });
    inc = tf.function((a: tf.Tensor) => {
      this.v.assignAdd(a);
      return this.v.value();
    });
  }
  const objects = new Map<number, Counter>();
  for (const [i, call] of (testCase["calls"] as { object: number; amount: number; result: number; traces: number }[]).entries()) {
    const counter = objects.get(call.object) ?? new Counter();
    objects.set(call.object, counter);
    const result = counter.inc(tf.constant(call.amount, { dtype: "int32" }));
    if (result.item() !== call.result) throw new Mismatch(`call ${i}: got ${result.item()}, expected ${call.result}`);
    if (counter.inc.tracingCount !== call.traces) throw new Mismatch(`call ${i}: traced ${counter.inc.tracingCount} times`);
  }
}
