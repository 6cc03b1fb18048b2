// The stage that asks ahead where items come asynchronously.

import { ahead } from "./ahead.js";
import { Pace } from "./pace.js";
import type { Stream } from "./stream.js";

/** Items that are ahead at most where times decide. */
const MOST = 16;

/** Asks for up to `count` items ahead where they come asynchronously (null: as measured times say); else there is nothing to wait for. */
export const prefetch = <T>(input: Stream<T>, count: number | null): Stream<T> =>
  ahead(input, (item: T) => item, {
    name: "prefetch",
    workers: Infinity,
    queueSize: count ?? MOST,
    ...(count === null && { pace: () => new Pace() }),
  });
