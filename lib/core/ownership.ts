// Whose a symbolic tensor is.
//
//  (1) A symbolic tensor belongs to the trace that made it, and may be read by that trace and by those inside of it. Read anywhere else it
//      would stand for memory that nobody wrote, so that is an error, which names the line that made the tensor and the line that reads it.
//  (2) Symbolic tensors that no trace made belong to nobody: those of a model under construction, of an inference of shapes. They are read
//      outside of traces, or by a trace that keeps nothing.

import { ArgumentError, StateError } from "./errors.js";
import { checkFunction } from "./options.js";
import type { Step } from "./primitive.js";
import { shapeText } from "./shape.js";
import { type Stack, stackHere, usersFrames } from "./stack.js";
import type { Tensor } from "./tensor.js";

/** A trace, as the one who owns symbolic tensors. */
export interface Owner {
  /** What was traced, for messages. */
  readonly name?: string;
  /** The trace inside of which this one is; null where it is inside of none; absent where it keeps nothing, and may read what it likes. */
  readonly outer?: Owner | null;
}

/** Frames that are kept of the place where a step was recorded: the user's line stands behind those of the operation. */
const FRAMES = 24;

/** Many frames: where it is likely that somebody asks, or many steps tell of the same lines. */
const MANY_FRAMES = 50;

const origins = new WeakMap<Step, Stack>();

/** Work of the package in which no line of the user's runs: all its steps come of the lines that called it. */
export interface OneCall {
  lines: Stack | null;
}

let call: OneCall | null = null;

/** Runs the action as one call, whose lines are looked up once, for its first step; null where lines of the user's may run in it. */
export function asOneCall<T>(one: OneCall | null, action: () => T): T {
  const outer = call;
  call = one;
  try {
    return action();
  } finally {
    call = outer;
  }
}

/** The call that runs now, or a new one. */
export const presentCall = (): OneCall => call ?? { lines: null };

/** Remembers the lines that record this step; many of them where it is likely that somebody asks. */
export function noteOrigin(step: Step, isLikely: boolean): void {
  origins.set(step, call ? (call.lines ??= stackHere(MANY_FRAMES)) : stackHere(isLikely ? MANY_FRAMES : FRAMES));
}

/** The step that takes the place of another tells of the same lines. */
export function inheritOrigin(step: Step, from: Step): void {
  const origin = origins.get(from);
  if (origin) origins.set(step, origin);
}

/** The user's lines that recorded a step, innermost first. */
export const originOf = (step: Step): string[] => usersFrames(origins.get(step)?.stack);

/** `main.mjs:12:5` of a frame, with its folder. */
const lineOf = (frame: string | undefined): string | undefined => frame && /(?:\(|at |@)?([^\s(@]+:\d+:\d+)\)?$/.exec(frame.trim())?.[1];

/** Whether the trace is the owner or inside of it. */
function isInside(trace: Owner | undefined, owner: Owner | undefined): boolean {
  if (trace === undefined) return owner === undefined;
  for (let at: Owner | null | undefined = trace; at; at = at.outer) if (at === owner || at.outer === undefined) return true;
  return false;
}

/**
 * Checks that a symbolic tensor may be read here.
 *
 * @param trace  the innermost trace that is on, if any
 * @param by     what reads it: the name of an operation
 * @throws StateError that names the line that made it and the line that reads it
 */
export function checkReadable(tensor: Tensor, trace: Owner | undefined, by: string): void {
  if (tensor.owner !== trace && !isInside(trace, tensor.owner)) refuse(tensor, trace, by);
}

function refuse(tensor: Tensor, trace: Owner | undefined, by: string): never {
  const { producer, owner } = tensor;
  const here = usersFrames(stackHere(MANY_FRAMES).stack);
  const made = producer ? originOf(producer) : [];
  const what = `${producer ? `what ${producer.op.name} gave` : `the input${tensor.name ? ` ${tensor.name}` : ""}`}, ${tensor.dtype}${shapeText(tensor.shape)}`;
  const whose = owner ? ` inside of ${owner.name ?? "a trace"}` : " of a model under construction";
  const [madeLine, usedLine] = [lineOf(made[0]), lineOf(here[0])];
  const error = new StateError(by, {
    given: `${what}${whose}${madeLine ? `, made at ${madeLine}` : ""}${usedLine ? `, used at ${usedLine}` : ""}`,
    expected: trace ? `tensors of ${trace.name ?? "this trace"}, or of what is around it` : "tensors with values",
    hint: owner
      ? "It has no value outside of the function in which it was made: let that function give it back, or compute it here."
      : "It has no value in a traced function: pass it to the model's constructor, and call the model.",
  });
  if (made.length > 0) error.stack = `${error.stack ?? error.message}\n  made\n${made.join("\n")}`;
  throw error;
}

/** The result of a function that has to compute at once. @throws ArgumentError where it is a promise */
export function atOnce<T>(where: string, result: T): T {
  if (typeof result !== "object" || result === null || typeof (result as { then?: unknown }).then !== "function") return result;
  (result as unknown as Promise<unknown>).then(undefined, () => {}); // its failure would be a second error
  throw asynchronous(where);
}

/** Refuses what is no function, and an async one, before it is called. @throws ArgumentError */
export function checkSynchronous(where: string, fn: unknown): void {
  checkFunction(where, fn);
  if (Object.prototype.toString.call(fn) === "[object AsyncFunction]") throw asynchronous(where);
}

const asynchronous = (where: string): ArgumentError =>
  new ArgumentError(where, {
    given: "an async function, or one that gives a promise",
    expected: "a function that computes at once",
    hint: "What it does after its first await is not seen: await before, and pass in what came.",
  });
