import { spawn } from "node:child_process";

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, as a user runs it: without what npm sets, and without tap's hooks. These come back into the environment of
 * every child as NODE_OPTIONS, so that only the child itself can drop them.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env, timeout = 120_000 }: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|TAP|_TAPJS)/.test(name)));
    const child = spawn("env", ["-u", "NODE_OPTIONS", command, ...args], {
      cwd,
      env: { ...own, ...env },
      timeout,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (out.stderr += text));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, ...out }));
  });
}
