// NumPy's RandomState (Mersenne Twister, M. Matsumoto and T. Nishimura, 1998), as far as Keras draws with it.

const [size, shift] = [624, 397];

export class RandomState {
  readonly #state = new Uint32Array(size);
  #at = size;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < size; i++) {
      const before = this.#state[i - 1]! ^ (this.#state[i - 1]! >>> 30);
      this.#state[i] = Math.imul(before, 1812433253) + i;
    }
  }

  /** A whole number in [0, 2³²). */
  next(): number {
    if (this.#at === size) this.#twist();
    let y = this.#state[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
      state[i] = state[(i + shift) % size]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  /** A number in [0, 1) of 53 bits: NumPy's `random`. */
  random(): number {
    const high = this.next() >>> 5;
    return (high * 2 ** 26 + (this.next() >>> 6)) / 2 ** 53;
  }

  /** A number between two: NumPy's `uniform`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** A whole number from 0 to `most`: NumPy's `randint`. */
  upTo(most: number): number {
    if (most === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    let drawn = (this.next() & mask) >>> 0;
    while (drawn > most) drawn = (this.next() & mask) >>> 0;
    return drawn;
  }

  /** The numbers below `count` in the order that NumPy's shuffle gives them. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
