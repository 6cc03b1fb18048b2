/** Atomics.waitAsync, where the engine has it (ECMAScript 2024). */
type WaitAsync = (words: Int32Array, index: number, value: number, timeout?: number) => { async: boolean; value: string | Promise<string> };

const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync };
/** A wake-up that got lost costs no more than this, in milliseconds. */
const PATIENCE = 100;

/** Resolves when a word of shared memory is no longer `value`: by notification where the engine can, else by looking at every turn. */
export async function wordChanged(words: Int32Array, index: number, value: number, turn: () => Promise<void> = defaultTurn): Promise<void> {
  while (Atomics.load(words, index) === value) {
    if (waitAsync) await waitAsync(words, index, value, PATIENCE).value;
    else await turn();
  }
}

const defaultTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
