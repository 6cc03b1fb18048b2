import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Case, type Family, subjectOf } from "./cases.js";
import type { ModeName } from "./modes.js";
import type { Outcome } from "./outcome.js";
import { casesOf, runCase, runsIn } from "./run.js";

// Cases run in a process of their own: one that traps, hangs or runs out of memory fails alone, and a new process goes on
// behind it.

/** How one case went in one mode. */
export interface Result {
  readonly id: string;
  readonly family: Family;
  readonly subject: string;
  readonly mode: ModeName;
  readonly outcome: Outcome;
}

export interface Request {
  readonly dir: string;
  readonly family: Family;
  readonly modes: readonly ModeName[];
  /** Part of the ids to run; all by default. */
  readonly filter?: string | undefined;
}

type Message = { readonly begin: Omit<Result, "outcome"> } | { readonly end: Outcome };

/** Seconds that one case may take. */
const patience = 60;

/** The runs that a request means, in order. */
async function runsOf({ dir, family, modes, filter = "" }: Request): Promise<{ testCase: Case; mode: ModeName }[]> {
  const cases = (await casesOf(dir, family)).filter((testCase) => testCase.id.includes(filter));
  return cases.flatMap((testCase) => modes.filter((mode) => runsIn(testCase, mode)).map((mode) => ({ testCase, mode })));
}

/** Runs the cases of a family; every one gives a result, whatever happens to the process. */
export async function runIsolated(request: Request, report: (result: Result) => void): Promise<void> {
  for (let done = 0; ;) {
    const { finished, count } = await runChild(request, done, report);
    if (finished) return;
    done += count;
  }
}

function runChild(request: Request, skip: number, report: (result: Result) => void): Promise<{ finished: boolean; count: number }> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let count = 0;
    let current: Omit<Result, "outcome"> | undefined;
    let complaint = "";
    let hung = false;
    const watch = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patience * 1000);
    child.stderr!.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
    child.on("message", (message: Message) => {
      watch.refresh();
      if ("begin" in message) current = message.begin;
      else if (current !== undefined) {
        report({ ...current, outcome: message.end });
        current = undefined;
        count++;
      }
    });
    child.on("exit", (code, signal) => {
      clearTimeout(watch);
      if (current !== undefined) {
        const message = hung ? `no answer within ${patience} s` : `the process ended (${signal ?? code}): ${lastLines(complaint)}`;
        report({ ...current, outcome: { status: "failed", message } });
        count++;
      } else if (code !== 0 && count === 0) {
        throw new Error(`conformance: the process for ${request.family} does not start: ${complaint}`);
      }
      resolve({ finished: code === 0, count });
    });
    child.send({ request, skip });
  });
}

const lastLines = (text: string): string => text.trim().split("\n").slice(-3).join(" | ");

/** The child's side. */
function serve(): void {
  process.once("message", (message: { request: Request; skip: number }) => void work(message.request, message.skip));
}

async function work(request: Request, skip: number): Promise<void> {
  const send = (message: Message): Promise<void> => new Promise((resolve) => process.send!(message, () => resolve()));
  for (const { testCase, mode } of (await runsOf(request)).slice(skip)) {
    await send({ begin: { id: testCase.id, family: request.family, subject: subjectOf(testCase), mode } });
    try {
      await send({ end: await runCase(request.family, testCase, mode) });
    } catch (error) {
      // A trap leaves the memory in an unknown state.
      await send({ end: { status: "failed", message: String(error) } });
      process.exit(3);
    }
  }
  process.exit(0);
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) serve();
