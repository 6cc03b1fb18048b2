// Epochs, sent to a server.

import { type Arguments, boolean, dictionary, nullable, schema, string } from "../config/index.js";
import { Callback, type Logs } from "./callback.js";

const options = schema(["root", "path", "field", "headers", "sendAsJson"], {
  /** The server. Default: "http://localhost:9000". */
  root: string("http://localhost:9000"),
  /** Where events go. Default: "/publish/epoch/end/". */
  path: string("/publish/epoch/end/"),
  /** The field of the form that holds the JSON. Default: "data". */
  field: string("data"),
  /** Headers of one's own. */
  headers: nullable(dictionary(string())),
  /** Whether the body is JSON, not a form. Default: false. */
  sendAsJson: boolean(false),
});

/**
 * Sends losses and metrics of each epoch to a server, as a form or as JSON. A server that is not there is warned of. Keras:
 * keras.callbacks.RemoteMonitor
 *
 * ```ts
 * new keras.callbacks.RemoteMonitor({ root: "http://localhost:9000" }) instanceof keras.callbacks.Callback; // true
 * ```
 */
export class RemoteMonitor extends Callback {
  readonly #options: ReturnType<typeof options.parse>;

  constructor(...given: Arguments<typeof options>) {
    super();
    this.#options = options.parse("RemoteMonitor", given);
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { root, path, field, headers, sendAsJson } = this.#options;
    const json = JSON.stringify({ epoch, ...logs });
    const body = sendAsJson ? json : new URLSearchParams({ [field]: json });
    try {
      const kind: Record<string, string> = sendAsJson ? { "content-type": "application/json" } : {};
      await fetch(root + path, { method: "POST", body, headers: { ...kind, ...headers } });
    } catch {
      console.warn(`RemoteMonitor could not reach ${root}.`);
    }
  }
}
