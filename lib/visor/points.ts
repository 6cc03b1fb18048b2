// The points of a line that grows: neighbours are joined when there are too many, so that a million steps cost as much as a thousand.

/** Points of a line, by x. */
export class Points {
  xs: number[] = [];
  ys: number[] = [];
  /** Values that one point stands for, the mean of them. */
  #each = 1;
  #sum = 0;
  #count = 0;

  /** @param most  points at most; an even number */
  constructor(readonly most = 1000) {}

  add(x: number, y: number): void {
    if (!Number.isFinite(y)) return;
    this.#sum += y;
    if (++this.#count < this.#each) return;
    this.xs.push(x);
    this.ys.push(this.#sum / this.#count);
    this.#sum = this.#count = 0;
    if (this.xs.length >= this.most) this.#halve();
  }

  #halve(): void {
    this.xs = this.xs.filter((_, i) => i % 2 === 1);
    this.ys = this.xs.map((_, i) => (this.ys[2 * i]! + this.ys[2 * i + 1]!) / 2);
    this.#each *= 2;
  }
}
