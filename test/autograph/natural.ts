// More programs as people write them: loops in loops with every exit, try, closures, classes, lists, records, Datasets.

/* eslint-disable -- parameters are numbers or tensors, and the programs say everything that autograph takes */
import type { Program } from "./programs.js";

type Any = any;

const program = (fn: Program["fn"], inputs: Program["inputs"], more: Partial<Program> = {}): Program => ({ fn, inputs, ...more });
const float = { dtype: "float32" } as const;

export const programs: Record<string, Program> = {
  "the length of Collatz's sequence": program((n: Any) => {
    let steps = 0;
    while (n !== 1) {
      if (n % 2 === 0) n = n >> 1;
      else n = 3 * n + 1;
      steps++;
    }
    return steps;
  }, [[6], [1], [7]]),
  "primes below a number": program((n: Any) => {
    let count = 0;
    for (let p = 2; p < n; p++) {
      let prime: Any = true;
      for (let d = 2; d * d <= p; d++) {
        if (p % d === 0) {
          prime = false;
          break;
        }
      }
      if (!prime) continue;
      count += 1;
    }
    return count;
  }, [[20], [3], [0]]),
  "binary search": program((items: Any, x: Any) => {
    let low = 0;
    let high = items.length ?? 7;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }, [[[1, 3, 5, 7, 9, 11, 13], 7], [[1, 3, 5, 7, 9, 11, 13], 8], [[1, 3, 5, 7, 9, 11, 13], 100]]), // prettier-ignore
  "bisection": program((a: Any, b: Any) => {
    let n = 0;
    let middle = (a + b) / 2;
    while (b - a > 0.001 && n < 50) {
      middle = (a + b) / 2;
      const y = middle * middle - 2;
      if (y === 0) break;
      if (y < 0) a = middle;
      else b = middle;
      n++;
    }
    return [middle, n];
  }, [[0, 2], [1, 1.5]], float),
  "three loops with breaks and continues": program((n: Any) => {
    let s = 0;
    for (let i = 0; i < n; i++) {
      if (i === 1) continue;
      let k = 0;
      while (true) {
        k++;
        if (k > i) break;
        if (k % 2 === 0) continue;
        for (let m = 0; m < k; m++) {
          if (m === 2) break;
          s += i + k + m;
        }
      }
      if (s > 40) break;
    }
    return s;
  }, [[3], [6], [0]]),
  "a return out of three loops": program((n: Any, x: Any) => {
    for (let i = 1; i < n; i++)
      for (let k = i; k < n; k++)
        for (let m = k; m < n; m++) {
          if (i * i + k * k === m * m && m > x) return [i, k, m];
        }
    return [0, 0, 0];
  }, [[14, 0], [14, 5], [4, 0]]),
  "the largest and where it stands": program((items: Any) => {
    let best = -1000;
    let place = -1;
    let i = 0;
    for (const c of items) {
      if (c > best) {
        best = c;
        place = i;
      }
      i++;
    }
    return { best, place };
  }, [[[3, 9, 4]], [[5]]]),
  "two variables of for": program((n: Any) => {
    let s = 0;
    for (let i = 0, k = n; i < k; i++, k--) s += k - i;
    return s;
  }, [[5], [0], [6]]),
  "a loop that counts down in its condition": program((n: Any) => {
    let s = 1;
    while (n--) s *= 2;
    return s;
  }, [[5], [0]]),
  "do while with continue and break": program((n: Any) => {
    let s = 0;
    do {
      n--;
      if (n % 3 === 0) continue;
      if (s > 20) break;
      s += n;
    } while (n > 0);
    return [s, n];
  }, [[10], [1], [4]]),
  "try, catch of what plain values decide, finally": program((x: Any, ok: boolean) => {
    let y = x;
    try {
      if (!ok) throw new Error("no");
      y = x > 0 ? y * 2 : y;
    } catch {
      y = -x;
    } finally {
      y += 1;
    }
    return y;
  }, [[3, true], [3, false], [-3, true]], { plain: [1] }),
  "try inside of a loop": program((n: Any) => {
    let s = 0;
    let closed = 0;
    for (let i = 0; i < n; i++) {
      try {
        if (i % 2 === 0) s += i;
      } finally {
        closed++;
      }
    }
    return [s, closed];
  }, [[5], [0]]),
  "a return in a try behind a plain condition": program((x: Any, early: boolean) => {
    try {
      if (x > 0) x = x + 1;
      return early ? x : x * 10;
    } finally {
      x = 0;
    }
  }, [[2, true], [2, false], [-2, false]], { plain: [1] }),
  "a class with state and private names": program((n: Any) => {
    class Counter {
      #count: Any = 0;
      total: Any = 0;
      add(x: Any) {
        if (x % 2 === 0) return this;
        this.total = this.total + x;
        this.#count = this.#count + 1;
        return this;
      }
      get count() {
        return this.#count;
      }
      static twice(x: Any) {
        if (x > 3) return x * 2;
        return x;
      }
    }
    const counter = new Counter();
    counter.add(3).add(4).add(5);
    let y = counter.total + counter.count * n;
    y = Counter.twice(y);
    return y;
  }, [[1], [0], [-20]]),
  "a class and one that extends it": program((x: Any) => {
    class Shape {
      size: Any;
      constructor(size: Any) {
        this.size = size;
        if (size < 0) this.size = -size;
      }
      area() {
        return this.size;
      }
    }
    class Square extends Shape {
      override area() {
        const side = super.area();
        if (side > 2) return side * side;
        return side;
      }
    }
    return new Square(x).area();
  }, [[3], [-3], [1]]),
  "a method that changes this in a loop": program((n: Any) => {
    const walk = {
      x: 0 as Any,
      steps: 0 as Any,
      go(limit: Any) {
        while (this.x < limit) {
          this.x = this.x + this.steps + 1;
          this.steps++;
          if (this.steps > 4) break;
        }
        return this.x;
      },
    };
    const y = walk.go(n);
    return [y, walk.steps];
  }, [[4], [0], [100]]),
  "getters and setters": program((x: Any) => {
    const box = {
      value: x,
      get double() {
        return this.value > 0 ? this.value * 2 : 0;
      },
      set half(y: Any) {
        this.value = y > 5 ? 5 : y * 3;
      },
    };
    box.half = x + 1;
    return box.double;
  }, [[2], [-2], [9]]),
  "functions that are given": program((x: Any) => {
    const compose = (f: Any, g: Any) => (y: Any) => g(f(y));
    const relu = (y: Any) => (y > 0 ? y : 0);
    const step = (y: Any) => {
      let z = y;
      while (z > 10) z -= 10;
      return z;
    };
    return compose(relu, step)(x);
  }, [[25], [-4], [7]]),
  "a function declared after its use": program((x: Any) => {
    return clipped(x) + 1;
    function clipped(y: Any) {
      if (y > 5) return 5;
      if (y < -5) return -5;
      return y;
    }
  }, [[3], [30], [-30]]),
  "recursion of an inner function over plain numbers": program((x: Any, n: number) => {
    const power = (k: number): Any => {
      if (k === 0) return 1;
      const half = power((k - (k % 2)) / 2);
      if (k % 2 === 1) return half * half * x;
      return half * half;
    };
    return power(n);
  }, [[3, 5], [2, 0], [-2, 3]], { plain: [1] }),
  "map, filter and reduce of lists": program((x: Any) => {
    const all = [1, 2, 3, 4].map((k) => k * x).filter((_, i) => i !== 1);
    const some = all.map((y) => (y > 5 ? y : -y));
    return some.reduce((a, b) => a + b, 0);
  }, [[1], [2], [-3]]),
  "spread, rest and defaults": program((x: Any, ...rest: Any[]) => {
    const { a = x, ...others } = { b: 2, c: 3 } as Any;
    const more = (y: Any, k = 2, ...all: Any[]) => (y > 2 ? y * k + all.length : y);
    const list = [a, ...rest, ...Object.values(others)] as Any[];
    let s = 0;
    for (const each of list) s += more(each, 3, 1, 2);
    return s;
  }, [[1, 5], [4, 6, 7]]),
  "records that branches make": program((x: Any) => {
    let p: Any = { x, y: 0, name: "p" };
    if (x > 0) p = { ...p, y: x * 2 };
    else p = { ...p, x: -x };
    const { x: a, y: b } = p;
    return [a, b];
  }, [[3], [-3]]),
  "nested records in a loop": program((n: Any) => {
    let state = { place: { x: 0, y: 0 }, speed: [1, 2] };
    for (let i = 0; i < n; i++) {
      const { place, speed } = state;
      const [dx, dy] = speed as [number, number];
      state = { place: { x: place.x + dx, y: place.y + dy }, speed: [dy, dx] };
    }
    return state;
  }, [[3], [0], [4]]),
  "members that a loop adds to": program((n: Any) => {
    const sums: Any = { even: 0, odd: 0 };
    for (let i = 0; i < n; i++) {
      if (i % 2 === 0) sums.even += i;
      else sums.odd += i;
    }
    return sums;
  }, [[6], [1], [0]]),
  "elements by plain indices in a loop": program((n: Any) => {
    const counts = [0, 0, 0];
    let i = 0;
    while (i < n) {
      if (i > 3) counts[2]!++;
      else if (i > 1) counts[1]! += 2;
      else counts[0]! -= 1;
      i++;
    }
    return counts;
  }, [[6], [1], [0]]),
  "a list that loops in loops fill": program((rows: Any) => {
    const out: Any[] = [];
    for (const row of rows) {
      let s = 0;
      for (const c of row) {
        if (c < 0) continue;
        s += c;
      }
      out.push(s);
    }
    return out.length === 2 ? [out[0], out[1]] : out;
  }, [[[[1, -2, 3], [4, 5, -6]]]]), // prettier-ignore
  "two lists that a loop fills": program((items: Any) => {
    const squares: Any[] = [];
    const sums: Any[] = [];
    let s = 0;
    for (const c of items) {
      s += c;
      squares.push(c * c);
      sums.push(s);
    }
    let y = 0;
    for (let i = 0; i < 3; i++) y = y * 2 + squares[i] - sums[i];
    return y;
  }, [[[1, 2, 3]], [[-1, 0, 5]]]),
  "a list that is walked with entries": program((x: Any) => {
    let s = 0;
    for (const [i, k] of [3, 1, 2].entries()) {
      if (x > k) s += i * k;
      else s -= 1;
    }
    return s;
  }, [[0], [2], [9]]),
  "a Map and a Set that stay": program((x: Any) => {
    const prices = new Map([["a", 2], ["b", 5]]); // prettier-ignore
    let s = 0;
    for (const [name, price] of prices) {
      if (new Set(["a"]).has(name)) s += price * x;
      else if (x > 1) s += price;
    }
    return s;
  }, [[1], [2]]),
  "an early return of a list, of a record inside": program((x: Any) => {
    if (x > 10) return [x, { y: 1 }];
    if (x > 5) return [x * 2, { y: x }];
    return [0, { y: -1 }];
  }, [[11], [7], [1]]),
  "conditions in conditions": program((x: Any, y: Any) => {
    return x > 0 ? (y > 0 ? x + y : x - y) : y > 0 ? y : x * y;
  }, [[1, 2], [1, -2], [-1, 2], [-1, -2]]),
  "&& and || in a loop's condition": program((a: Any, b: Any) => {
    let n = 0;
    while ((a > 0 && b > 0) || n < 2) {
      if (a > b || a === b) a -= b;
      else b -= a;
      n++;
    }
    return [a, b, n];
  }, [[12, 18], [1, 1], [0, 5]]),
  "a flag that stops": program((items: Any) => {
    let done: Any = false;
    let s = 0;
    for (const c of items) {
      if (done) continue;
      if (c === 0) done = true;
      else s += c;
    }
    return [s, done];
  }, [[[1, 2, 0, 4]], [[0, 1]], [[5, 6]]]),
  "comma, void and nested assignment": program((x: Any) => {
    let a: Any;
    let b: Any;
    a = b = x + 1;
    if ((a = b * 2, a > 6)) b = 0;
    return [a, b];
  }, [[1], [5]]),
  "?? of what a branch left open": program((x: Any, given: Any) => {
    const start = given ?? 5;
    let y = start;
    if (x > 0) y += x;
    return y;
  }, [[1, null], [1, 3], [-1, null]], { plain: [1] }),
  "template strings and logs on plain values": program((x: Any, name: string) => {
    const label = `${name}-${1 + 1}`;
    let y = x;
    if (label === "a-2") y = x > 1 ? x * 2 : x;
    return y;
  }, [[1, "a"], [3, "a"], [3, "b"]], { plain: [1] }),
  "switch with falls through and default": program((x: Any, kind: number) => {
    let y = x;
    switch (kind) {
      case 0:
      // @ts-expect-error: falls through
      case 1:
        if (y > 1) y += 10;
      case 2:
        y += 1;
        break;
      case 3: {
        const z = y > 0 ? 1 : 2;
        y = z;
        break;
      }
      default:
        y = -y;
    }
    return y;
  }, [[3, 0], [1, 1], [3, 2], [3, 3], [3, 4]], { plain: [1] }),
  "switch and continue in a loop": program((x: Any) => {
    let s = 0;
    for (const kind of ["add", "skip", "double", "end", "add"]) {
      switch (kind) {
        case "skip":
          continue;
        case "double":
          s *= 2;
          break;
        default:
          if (x > s) s += x;
      }
      if (kind === "end") break;
    }
    return s;
  }, [[3], [-3]]),
  "while over two tensors of a list": program((items: Any) => {
    let i = 0;
    let s = 0;
    while (i < 4) {
      const c = items[i];
      i++;
      if (c < 0) continue;
      if (c > 100) return -s;
      s += c;
    }
    return s;
  }, [[[1, -2, 3, 4]], [[1, 2, 200, 4]]]),
  "sorting by exchange": program((a: Any, b: Any, c: Any) => {
    if (a > b) [a, b] = [b, a];
    if (b > c) [b, c] = [c, b];
    if (a > b) [a, b] = [b, a];
    return [a, b, c];
  }, [[3, 1, 2], [1, 2, 3], [3, 2, 1], [2, 2, 1]]),
  "Horner and clipping": program((x: Any) => {
    let y = 0;
    for (const c of [2, -3, 0.5]) {
      y = y * x + c;
      if (y > 10) y = 10;
      if (y < -10) y = -10;
    }
    return y;
  }, [[0.5], [4], [-4]], float),
  "the exponential by its series": program((x: Any) => {
    let term = 1;
    let sum = 1;
    let n = 1;
    while (term > 1e-6 || term < -1e-6) {
      term = (term * x) / n;
      sum += term;
      n += 1;
    }
    return [sum, n];
  }, [[1], [-0.5], [0.01]], float),
  "Euler's steps with events": program((v: Any) => {
    let x = 0;
    let t = 0;
    let bounces = 0;
    while (t < 3) {
      v -= 1;
      x += v * 0.25;
      t += 0.25;
      if (x < 0) {
        x = -x;
        v = -v * 0.5;
        bounces++;
        if (bounces === 2) break;
      }
    }
    return [x, v, t, bounces];
  }, [[3], [1]], float),
  "a matrix by hand": program((a: Any, b: Any) => {
    const rows: Any[] = [];
    for (const row of a) {
      let s = 0;
      let i = 0;
      for (const c of row) {
        s += c * b[i];
        i++;
      }
      rows.push(s);
    }
    return rows[0] * 10 + rows[1];
  }, [[[[1, 2], [3, 4]], [5, 6]]]), // prettier-ignore
  "bits of a number": program((n: Any) => {
    let bits = 0;
    while (n > 0) {
      if (n & 1) bits++;
      n >>= 1;
    }
    return bits;
  }, [[13], [0], [255]]),
  "a loop in a branch in a loop": program((n: Any) => {
    let s = 0;
    for (let i = 0; i < n; i++) {
      if (i % 2 === 0) {
        let k = i;
        while (k > 0) {
          s += k;
          k -= 2;
          if (s > 15) return s;
        }
      } else if (i > 3) {
        for (const c of [1, 2]) s += c * i;
      }
    }
    return -s;
  }, [[3], [6], [0]]),
  "bits": program((a: Any, b: Any) => {
    let y = (a & 12) | (b ^ 5);
    if (a & 1) y = ~y << 2;
    y >>= b & 3;
    y |= 64;
    y <<= 33;
    return [y, a | 0, ((a > 1) as Any) & ((b > 1) as Any) ? 1 : 0];
  }, [[13, 6], [-8, 2], [0, 0]]),
  "the whole part of a quotient": program((a: Any, b: Any) => {
    let n = 0;
    while (a > 0) {
      a = (a / b) | 0;
      n++;
    }
    return n;
  }, [[1000, 10], [7, 2]]),
}; // prettier-ignore
