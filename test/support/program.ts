import { spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "./sources.js";

/** What a program gave. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a compiled program of the repository, `examples/start.ts` say, to its end. */
export function runProgram(path: string, args: readonly string[] = [], { env, cwd }: ProgramOptions = {}): Promise<Outcome> {
  const compiled = join(repository, "build", path.replace(/\.ts$/, ".js"));
  const child = spawn(process.execPath, [compiled, ...args], {
    env: { ...process.env, ...env },
    cwd: cwd ?? repository,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ stdout, stderr, status }));
  });
}
