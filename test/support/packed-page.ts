// The packed package in the system's Chromium, until the test ends.

import type { Browser } from "playwright-core";
import { launchChromium, openPage } from "./chromium.js";
import { installPacked } from "./packed.js";
import { servePage } from "./page-server.js";

interface Ending {
  teardown(action: () => unknown): void;
}

/** Where the package stands, and a browser. @param switches  further ones of the browser */
export async function packedInChromium(t: Ending, switches: readonly string[] = []): Promise<{ home: string; browser: Browser }> {
  const { home, remove } = await installPacked();
  t.teardown(remove);
  const browser = await launchChromium(switches);
  t.teardown(() => browser.close());
  return { home, browser };
}

/** A page of it without cross-origin isolation, and the list to which its errors and warnings go. */
export async function packedPage(t: Ending, switches: readonly string[] = []): ReturnType<typeof openPage> {
  const { home, browser } = await packedInChromium(t, switches);
  const server = await servePage(home, { isolated: false });
  t.teardown(server.close);
  return openPage(browser, server.url);
}
