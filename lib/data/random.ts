// Random order on the host. The generator is sfc32 (C. Doty-Humphrey, PractRand), seeded by splitmix32: integers only, so every machine
// draws the same.

/** Numbers from a seed, always the same ones. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seeds  any integers; each combination is a sequence of its own */
  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    const mixed = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    for (const seed of seeds) {
      state ^= seed | 0;
      state = mixed() ^ Math.floor(seed / 2 ** 32);
    }
    [this.#a, this.#b, this.#c] = [mixed(), mixed(), mixed()];
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A whole number in [0, 2³²). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  /** Brings values into a random order. Fisher and Yates, 1938. */
  shuffle(values: Int32Array | unknown[]): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [values[i], values[j]] = [values[j]!, values[i]!] as [never, never];
    }
  }
}
