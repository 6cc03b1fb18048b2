// A user's function beside the thread that asks: it is sent to worker threads where it takes long and needs nothing but its arguments.

import { after, type Later } from "./later.js";
import type { Element } from "./structure.js";
import { mayWait } from "./walking.js";

/** Milliseconds above which it is worth while to send a call to another thread. */
const SLOW = 1;

type Call = (element: Element) => Later<Element>;

/** `call`, which runs `fn`, on worker threads from when it has shown to be slow; asynchronous and traced functions stay as they are. */
export function beside(fn: (...args: never[]) => unknown, call: Call): Call {
  let sent: Call | null = null;
  let isOpen = !("getConcreteFunction" in fn);
  let slow = 0;
  const send = async (): Promise<void> => {
    const { onWorkers } = await import("./workers.js");
    sent = onWorkers(fn, call, () => void (sent = null));
  };
  return (element) => {
    if (sent && mayWait()) return sent(element);
    const begun = performance.now();
    const made = call(element);
    if (made instanceof Promise) isOpen = false;
    else if (isOpen && performance.now() - begun > SLOW && ++slow > 2 && mayWait()) {
      isOpen = false;
      void send().catch(() => {});
    }
    return after(made, (it) => it);
  };
}
