// The end of training at a loss that is no number.

import { platform } from "#platform";
import { boolean, type Arguments, schema } from "../config/index.js";
import { ValueError } from "../core/errors.js";
import { Callback, type Logs, logsOf } from "./callback.js";

const options = schema(["raiseError"], {
  /** Whether an error is thrown instead. Default: false. */
  raiseError: boolean(false),
});

/**
 * Stops training when the loss is no number or infinite. Keras: keras.callbacks.TerminateOnNaN
 *
 * ```ts
 * model.compile({ loss: "mse" });
 * const history = await model.fit(x, [[NaN], [0]], { epochs: 5, verbose: 0, callbacks: [new keras.callbacks.TerminateOnNaN()] });
 * history.epoch.length; // 1
 * ```
 */
export class TerminateOnNaN extends Callback {
  readonly raiseError: boolean;

  constructor(...given: Arguments<typeof options>) {
    super();
    this.raiseError = options.parse("TerminateOnNaN", given).raiseError;
  }

  override onBatchEnd(batch: number, logs: Logs): void {
    const loss = logsOf(this, logs)["loss"];
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.raiseError) throw new ValueError("fit", { given: `a loss of ${loss} at batch ${batch}`, expected: "a finite number" });
    platform.output.write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
