// The system's Firefox without a window, driven as a user would: over Marionette, the protocol that it brings itself.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { firefoxPath } from "./firefox.js";

/** How WebDriver names an element in its messages. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** A message is `length:[0, id, command, parameters]`, its answer `length:[1, id, error, result]`. */
class Connection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #next = 1;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (data) => this.#receive(data));
    this.#socket.on("error", () => {}); // "close" tells
    this.#socket.on("close", () => this.#waiting.forEach(({ reject }) => reject(new Error("Firefox ended"))));
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.toString("latin1", 0, colon));
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString("utf8", colon + 1, end)) as unknown;
      this.#received = this.#received.subarray(end);
      if (!Array.isArray(message)) continue; // how it greets
      const [, id, error, result] = message as [number, number, { error: string; message: string } | null, unknown];
      const { resolve, reject } = this.#waiting.get(id)!;
      this.#waiting.delete(id);
      if (error) reject(new Error(`${error.error}: ${error.message}`));
      else resolve(result);
    }
  }

  send<R>(command: string, parameters: object = {}): Promise<R> {
    const id = this.#next++;
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A Firefox with one tab. */
export class Firefox {
  readonly #connection: Connection;
  readonly #kill: () => Promise<void>;
  #isEnded: Promise<void> | null = null;

  private constructor(
    connection: Connection,
    kill: () => Promise<void>,
    /** Where its profile lies, and downloads go. */
    readonly profile: string,
  ) {
    this.#connection = connection;
    this.#kill = kill;
  }

  /**
   * @param given  a profile from a Firefox that was killed; without it a new one is made
   * @param more   more preferences
   */
  static async launch(given?: string, more: Readonly<Record<string, string | number | boolean>> = {}): Promise<Firefox> {
    const profile = given ?? (await mkdtemp(join(tmpdir(), "kerasm-firefox-")));
    await Promise.all(["MarionetteActivePort", "lock", ".parentlock"].map((name) => rm(join(profile, name), { force: true })));
    const preferences = {
      "marionette.port": 0,
      "browser.download.folderList": 2,
      "browser.download.dir": profile,
      "browser.shell.checkDefaultBrowser": false,
      "browser.startup.page": 0,
      "datareporting.policy.dataSubmissionEnabled": false,
      "toolkit.startup.max_resumed_crashes": -1,
      ...more,
    };
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    await writeFile(join(profile, "user.js"), lines.join(""));
    const child = spawn(firefoxPath!, ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", profile], {
      stdio: "ignore",
      detached: true,
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const kill = async (): Promise<void> => {
      if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL"); // its content processes too
      await ended;
    };
    let port = NaN;
    for (let i = 0; !(port > 0) && i < 600; i++) {
      await setTimeout(100);
      port = Number(await readFile(join(profile, "MarionetteActivePort"), "utf8").catch(() => NaN));
    }
    const connection = new Connection(port);
    await connection.send("WebDriver:NewSession", { capabilities: { alwaysMatch: { unhandledPromptBehavior: "ignore" } } });
    await connection.send("WebDriver:SetTimeouts", { script: 300_000, pageLoad: 60_000 });
    return new Firefox(connection, kill, profile);
  }

  async goto(url: string): Promise<void> {
    await this.#connection.send("WebDriver:Navigate", { url });
  }

  async reload(): Promise<void> {
    await this.#connection.send("WebDriver:Refresh");
  }

  /** The value of an expression in the page, a promise's where it is one. It imports nothing: the page's own scripts do. */
  async evaluate<R = unknown>(expression: string): Promise<R> {
    const script = `const done = arguments[0];
      (async () => eval(${JSON.stringify(expression)}))().then((value) => done({ value }), (error) => done({ error: String(error) + "\\n" + error?.stack }));`;
    const { value } = await this.#connection.send<{ value: { value: R; error?: string } }>("WebDriver:ExecuteAsyncScript", {
      script,
      args: [],
      sandbox: null, // the page's own world
    });
    if (value.error) throw new Error(value.error);
    return value.value;
  }

  async #element(selector: string): Promise<string> {
    const { value } = await this.#connection.send<{ value: Record<string, string> }>("WebDriver:FindElement", {
      using: "css selector",
      value: selector,
    });
    return value[ELEMENT]!;
  }

  async click(selector: string): Promise<void> {
    await this.#connection.send("WebDriver:ElementClick", { id: await this.#element(selector) });
  }

  /** Gives files, by their paths, to an input. */
  async setFiles(selector: string, paths: readonly string[]): Promise<void> {
    await this.#connection.send("WebDriver:ElementSendKeys", { id: await this.#element(selector), text: paths.join("\n") });
  }

  /** Presses at the first of the points, which are measured from the middle of an element, and lets go at the last one. */
  async drag(selector: string, points: readonly (readonly [x: number, y: number])[]): Promise<void> {
    const origin = { [ELEMENT]: await this.#element(selector) };
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: "center", behavior: "instant" })`);
    const moves = points.map(([x, y]) => ({ type: "pointerMove", duration: 30, origin, x, y }));
    const actions = [moves[0], { type: "pointerDown", button: 0 }, ...moves.slice(1), { type: "pointerUp", button: 0 }];
    await this.#connection.send("WebDriver:PerformActions", { actions: [{ type: "pointer", id: "mouse", actions }] });
    await this.#connection.send("WebDriver:ReleaseActions");
  }

  /** Opens another tab in front of the page, which goes on without being seen. @returns  closes it again */
  async cover(): Promise<() => Promise<void>> {
    const { value: page } = await this.#connection.send<{ value: string }>("WebDriver:GetWindowHandle");
    const { handle } = await this.#connection.send<{ handle: string }>("WebDriver:NewWindow", { type: "tab", focus: true });
    return async () => {
      await this.#connection.send("WebDriver:SwitchToWindow", { handle, focus: false });
      await this.#connection.send("WebDriver:CloseWindow");
      await this.#connection.send("WebDriver:SwitchToWindow", { handle: page, focus: true });
    };
  }

  /** Presses and lets go of a key, by its name in WebDriver's table. */
  async press(key: "Tab" | "Enter" | "ArrowRight" | "ArrowLeft"): Promise<void> {
    const value = { Tab: "\ue004", Enter: "\ue007", ArrowLeft: "\ue012", ArrowRight: "\ue014" }[key];
    const actions = ["keyDown", "keyUp"].map((type) => ({ type, value }));
    await this.#connection.send("WebDriver:PerformActions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#connection.send("WebDriver:SetWindowRect", { width, height });
  }

  async screenshot(path: string): Promise<void> {
    const { value } = await this.#connection.send<{ value: string }>("WebDriver:TakeScreenshot", { full: true });
    await writeFile(path, Buffer.from(value, "base64"));
  }

  /** Whether pages are asked to be dark. */
  async dark(isDark: boolean): Promise<void> {
    await this.#asBrowser(`Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", ${isDark ? 0 : 1})`);
  }

  /** Errors that pages of an address caused or were told of. */
  async complaints(url: string): Promise<string[]> {
    return this.#asBrowser(`return Services.console.getMessageArray().flatMap((message) => {
      if (!(message instanceof Ci.nsIScriptError) || message.flags & Ci.nsIScriptError.warningFlag) return [];
      return message.sourceName.startsWith(${JSON.stringify(url)}) ? [message.errorMessage] : [];
    })`);
  }

  /** Runs a script with the browser's own rights. */
  async #asBrowser<R>(script: string): Promise<R> {
    await this.#connection.send("Marionette:SetContext", { value: "chrome" });
    const { value } = await this.#connection.send<{ value: R }>("WebDriver:ExecuteScript", { script, args: [] });
    await this.#connection.send("Marionette:SetContext", { value: "content" });
    return value;
  }

  /** Ends the browser and all its processes at once, as a machine without power would; its profile stays. */
  kill(): Promise<void> {
    return (this.#isEnded ??= this.#kill().then(() => this.#connection.close()));
  }

  /** Ends the browser, and removes its profile. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
