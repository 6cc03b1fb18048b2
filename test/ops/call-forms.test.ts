// What `declare` and `operation` promise, for every public function that has a recorded case: the same value by position and by name, and
// an ArgumentError for an unknown option, for one argument too many, for a missing one. An argument of another kind is a typed error or a
// value, never a TypeError out of the depths. Arguments come from what Keras itself was called with.

import t from "tap";
import { toCamelCase } from "../../lib/config/names.js";
import { KerasmError } from "../../lib/core/errors.js";
import { bind, type Signature } from "../../lib/core/signature.js";
import { signatureOf } from "../../lib/core/operation.js";
import * as tf from "../../lib/index.js";
import { arrange } from "../golden/call.js";
import { type Case, goldenDir, readCases } from "../golden/cases.js";
import { isEncoded, isRecord, toArgument, toTensor } from "../golden/values.js";

type AnyFunction = (...args: unknown[]) => unknown;
interface Subject {
  readonly path: string;
  readonly fn: AnyFunction;
  readonly signature: Signature;
  /** Complete arguments, in order. */
  readonly args: readonly unknown[];
  readonly value: string;
}

/** Values of several kinds, of which some fit and most don't. */
const oddities: readonly unknown[] = ["nonsense", true, -1.5, NaN, 2 ** 40, null, [], [["a"]], [1, -7], () => 0, Symbol("s"), new Date(0)];

const isTensorFree = (value: unknown): boolean => !isRecord(value) || !("$keras_tensor" in value);

/** The first recorded case of each declared function that can be called as it stands. */
async function subjects(): Promise<Subject[]> {
  const found = new Map<string, Subject>();
  for (const family of ["ops", "activations", "losses", "metrics"] as const) {
    for (const testCase of await readCases(goldenDir, family)) {
      const path = `${family}.${String(testCase["function"]).split(".").map(toCamelCase).join(".")}`;
      if (testCase["function"] === undefined || testCase.kind === "symbolic" || found.has(path)) continue;
      const subject = subjectOf(path, testCase);
      if (subject) found.set(path, subject);
    }
  }
  return [...found.values()];
}

function subjectOf(path: string, testCase: Case): Subject | undefined {
  const fn = path.split(".").reduce<unknown>((space, name) => (space as Record<string, unknown> | undefined)?.[name], tf.keras);
  const signature = signatureOf(fn);
  const given = testCase["args"] as Record<string, unknown>;
  if (!signature || !Object.values(given).every(isTensorFree)) return undefined;
  try {
    const named = Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const isShape = ["shape", "newshape"].includes(name) && isEncoded(value);
        return [name, isShape ? [...toTensor(value).data()] : toArgument(value, toTensor)];
      }),
    );
    const args = bind(signature, arrange(fn as AnyFunction, named));
    const flat = flatArguments(signature, args);
    return { path, fn: fn as AnyFunction, signature, args, value: textOf((fn as AnyFunction)(...flat)) };
  } catch {
    return undefined; // a dtype or a value that is refused here: what is recorded is compared elsewhere
  }
}

/** A rest parameter stands as so many arguments; what follows it goes by name. */
function flatArguments({ parameters }: Signature, args: readonly unknown[]): unknown[] {
  const rest = parameters.findIndex(({ isRest }) => isRest);
  if (rest < 0) return [...args];
  const after = Object.fromEntries(parameters.slice(rest + 1).map(({ name }, i) => [name, args[rest + 1 + i]]));
  return [...args.slice(0, rest), ...(args[rest] as unknown[]), ...(Object.keys(after).length > 0 ? [after] : [])];
}

/** Shapes, dtypes and all elements. */
function textOf(value: unknown): string {
  if (value instanceof tf.Tensor) return `${value.dtype}${JSON.stringify(value.shape)}${[...value.data()].join()}`;
  return Array.isArray(value) ? `[${value.map(textOf).join()}]` : String(JSON.stringify(value));
}

const describe = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value) : String(value));

/** What a call gives, or the kind of its error. */
function outcome(call: () => unknown): string {
  try {
    return textOf(call());
  } catch (error) {
    return error instanceof KerasmError ? error.name : `bare ${String(error)}`;
  }
}

const all = await subjects();

t.test("there are hundreds of such functions", async (t) => {
  t.ok(all.length > 330, `${all.length}`);
});

t.test("one value for all forms of a call", async (t) => {
  const others: string[] = [];
  for (const { path, fn, signature, args, value } of all) {
    const { parameters } = signature;
    if (parameters.some(({ isRest }) => isRest)) continue;
    for (let k = parameters.some(({ kind }) => kind.isStructure) ? parameters.length : 0; k <= parameters.length; k++) {
      const named = Object.fromEntries(parameters.slice(k).map(({ name }, i) => [name, args[k + i]]));
      const found = outcome(() => fn(...args.slice(0, k), ...(k < parameters.length ? [named] : [])));
      if (found !== value) others.push(`${path} with ${k} of ${parameters.length} by position: ${found.slice(0, 80)}`);
    }
  }
  t.strictSame(others, []);
});

t.test("unknown options, arguments too many and missing ones are refused", async (t) => {
  const wrong: string[] = [];
  for (const { path, fn, signature, args } of all) {
    const { parameters } = signature;
    const flat = flatArguments(signature, args);
    const hasRest = parameters.some(({ isRest }) => isRest);
    const calls: Record<string, () => unknown> = {};
    if (!parameters.some(({ kind }) => kind.isStructure)) calls["an unknown option"] = () => fn(...flat, { unheardOf: 1 });
    if (!hasRest) calls["one argument too many"] = () => fn(...args, 1);
    if (parameters[0]?.isRequired) calls["no argument"] = () => fn();
    for (const [what, call] of Object.entries(calls)) {
      const found = outcome(call);
      if (found !== "ArgumentError") wrong.push(`${path} with ${what}: ${found.slice(0, 80)}`);
    }
  }
  t.strictSame(wrong, []);
});

t.test("an argument of another kind is a typed error or a value", async (t) => {
  const bare: string[] = [];
  for (const { path, fn, signature, args } of all) {
    signature.parameters.forEach(({ name, isRest }, i) => {
      if (isRest) return;
      for (const odd of oddities) {
        const found = outcome(() => fn(...flatArguments(signature, args.with(i, odd))));
        if (found.startsWith("bare")) bare.push(`${path}, ${name} = ${describe(odd)}: ${found.slice(0, 90)}`);
      }
    });
  }
  t.strictSame(bare, []);
});
