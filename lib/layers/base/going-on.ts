// Calls of models that are left between two of their layers and made again, when they go on where they were: a page's thread stays free
// while a large model is traced, though nothing between the trace and the layers can pause.
//
//  (1) A call is offered to be left by who makes it; a model takes the offer whose call is its graph's and nothing else (`mayBeLeft`), for
//      itself and for such models among its layers. It keeps what its layers gave.
//  (2) It is left as if by an error, so all that stands around it ends in order, and is made again in the same surroundings. What stands
//      around must have no effect: nothing but the layers has one, and those that are done are not called again.

import { isBestLeft, type Parts } from "../../runtime/parts.js";

/** What a call that was left has done, and that of a layer in it which was left itself. */
export class Progress {
  /** Values by what stands for them in the graph; null before there are any. */
  values: Map<unknown, unknown> | null = null;
  /** How many of the calls in the graph are done. */
  done = 0;
  #inner: Progress | null = null;

  /** Makes the next call of the graph; it may be left itself. */
  call<T>(layer: unknown, action: () => T): T {
    const result = offering(layer, (this.#inner ??= new Progress()), action);
    this.#inner = null;
    this.done++;
    return result;
  }

  /** Leaves the call where the event loop has waited for its turn long enough. */
  leave(): void {
    if (isBestLeft()) throw left;
  }
}

interface Offer {
  readonly layer: unknown;
  readonly progress: Progress;
}

/** How calls are left: no error, since nobody is to be told. */
const left = Symbol("left");

let offer: Offer | null = null;

function offering<T>(layer: unknown, progress: Progress, action: () => T): T {
  const before = offer;
  offer = mayBeLeft(layer) ? { layer, progress } : null;
  try {
    return action();
  } finally {
    offer = before;
  }
}

const mayBeLeft = (layer: unknown): boolean => (layer as { readonly mayBeLeft?: boolean }).mayBeLeft === true;

/** The offer to the model whose call this is, which is the only one to take it; undefined where it was made none. */
export function takeOffer(): Progress | undefined {
  const taken = offer?.progress;
  offer = null;
  return taken;
}

/** Whether the layer's call goes on with one that was left. */
export const goesOn = (layer: object): boolean => offer?.layer === layer && offer.progress.values !== null;

/** Calls a layer, in parts where it may be left. @param call  does so, and nothing else that has an effect */
export function* callInParts<T>(layer: object, call: () => T): Parts<T> {
  const progress = new Progress();
  for (;;) {
    try {
      return offering(layer, progress, call);
    } catch (error) {
      if (error !== left) throw error;
    }
    yield;
  }
}
