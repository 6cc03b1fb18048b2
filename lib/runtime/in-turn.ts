// Asynchronous actions that must not overlap, queued by name.

const last = new Map<string, Promise<unknown>>();

/** Runs actions of one name one after the other, in the order of the calls. */
export function inTurn<T>(name: string, action: () => Promise<T>): Promise<T> {
  const turn = (last.get(name) ?? Promise.resolve()).then(action, action);
  const settled = turn.catch(() => {});
  last.set(name, settled);
  void settled.then(() => last.get(name) === settled && last.delete(name));
  return turn;
}
