// The system's Firefox, without a window: it opens a page, and the page reports to the server that gave it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a Firefox is, or undefined where there is none. `FIREFOX` names another. */
export const firefoxPath = [process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path && existsSync(path));

/**
 * Opens a page.
 *
 * @param given  a profile; without it an empty one is made, and removed afterwards
 * @returns      what ends the browser with all its processes at once
 */
export async function openInFirefox(url: string, given?: string): Promise<() => Promise<void>> {
  const profile = given ?? (await mkdtemp(join(tmpdir(), "kerasm-firefox-")));
  // Pages of a browser that was killed stay closed.
  await writeFile(
    join(profile, "user.js"),
    'user_pref("browser.sessionstore.resume_from_crash", false);\nuser_pref("toolkit.startup.max_resumed_crashes", -1);\n',
  );
  const child = spawn(firefoxPath!, ["--headless", "--no-remote", "--profile", profile, url], { stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return async () => {
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL"); // its content processes too
    await ended;
    if (given === undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
