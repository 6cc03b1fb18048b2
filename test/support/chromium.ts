// The system's Chromium, without a window.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

/** Where a Chromium is, or undefined where there is none. `CHROMIUM` names another. */
export const chromiumPath = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

const quiet = [
  "no-sandbox",
  "disable-gpu",
  "disable-quic",
  "no-first-run",
  "disable-background-networking",
  "disable-component-update",
  "disable-sync",
];

/** A browser with an empty profile. @param more  further switches */
export const launchChromium = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, headless: true, args: [...quiet, ...more].map((name) => `--${name}`) });

/** Opens a page with a profile. @returns what ends the browser with all its processes at once */
export function openInChromium(url: string, profile: string): Promise<() => Promise<void>> {
  const args = ["headless", ...quiet, `user-data-dir=${profile}`].map((name) => `--${name}`);
  const child = spawn(chromiumPath!, [...args, url], { stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return Promise.resolve(async () => {
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
    await ended;
  });
}

/** Switches for a camera and a microphone that are not there: a moving picture, a beep each second; the user agrees. */
export const fakeDevices = ["use-fake-device-for-media-stream", "use-fake-ui-for-media-stream", "autoplay-policy=no-user-gesture-required"];

/** A page at the address, and the list to which its errors and warnings go. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}
