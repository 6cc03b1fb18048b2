// The system's Firefox, without a window: it opens a page, and the page reports to the server that gave it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a Firefox is, or undefined where there is none. `FIREFOX` names another. */
export const firefoxPath = [process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path && existsSync(path));

/** Opens a page with an empty profile. @returns what closes the browser */
export async function openInFirefox(url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), "kerasm-firefox-"));
  const child = spawn(firefoxPath!, ["--headless", "--no-remote", "--profile", profile, url], { stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return async () => {
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL"); // its content processes too
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
