// What calls of layers know of the calls around them.

/** The calls that are under way, from the layer that the user called down to the present one. */
interface CallContext {
  /** The layer that the user called. */
  readonly entry: object;
  /** The training flag that nested calls inherit; undefined where nobody said. */
  readonly training: boolean | undefined;
}

let current: CallContext | null = null;
let inferring = 0;
let scopes: Scope | null = null;

/** A name, inside of others. */
interface Scope {
  readonly name: string;
  readonly outer: Scope | null;
}

/** The training flag that surrounding calls set. */
export const inheritedTraining = (): boolean | undefined => current?.training;

/**
 * Runs a layer's call.
 *
 * @param onEntry  what to do first when no other call surrounds this one
 */
export function inCall<T>(layer: object, training: boolean | undefined, onEntry: () => void, action: () => T): T {
  const outer = current;
  if (outer === null) onEntry();
  current = { entry: outer?.entry ?? layer, training: training ?? outer?.training };
  try {
    return action();
  } finally {
    current = outer;
  }
}

/** Runs a call on Keras tensors: operations inside infer shapes and are not recorded one by one. */
export function whileInferring<T>(action: () => T): T {
  inferring++;
  try {
    return action();
  } finally {
    inferring--;
  }
}

/** Runs what is to be recorded in full although a call around it only infers: a model that is built records its own graph. */
export function whileRecording<T>(action: () => T): T {
  const before = inferring;
  inferring = 0;
  try {
    return action();
  } finally {
    inferring = before;
  }
}

/** Whether a layer is being called for its shapes alone. */
export const isInferring = (): boolean => inferring > 0;

/** Runs the action with a name added to the paths of what it makes: `sequential/dense/kernel`. */
export function inScope<T>(name: string, action: () => T): T {
  const outer = scopes;
  if (outer?.name !== name) scopes = { name, outer };
  try {
    return action();
  } finally {
    scopes = outer;
  }
}

/** The names of the scopes around, joined. */
export function currentPath(): string {
  let path = "";
  for (let at = scopes; at; at = at.outer) path = path === "" ? at.name : `${at.name}/${path}`;
  return path;
}

/** Runs actions later as if they ran here: inside the same calls, with the same training flag and names. */
export function resumingHere(): <T>(action: () => T) => T {
  const there = { current, inferring, scopes };
  return (action) => {
    const before = { current, inferring, scopes };
    ({ current, inferring, scopes } = there);
    try {
      return action();
    } finally {
      ({ current, inferring, scopes } = before);
    }
  };
}

/** The layer that the user called, null outside of every call. */
export const callEntry = (): object | null => current?.entry ?? null;
