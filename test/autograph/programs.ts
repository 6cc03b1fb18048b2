// Programs over numbers that run as they are, on eager tensors, and traced: all give the same.

/* eslint-disable -- parameters are numbers or tensors, and the programs say everything that autograph takes */
import * as tf from "../../lib/index.js";

type Any = any;

export interface Program {
  readonly fn: (...args: Any[]) => unknown;
  /** Arguments as numbers and lists of numbers. */
  readonly inputs: readonly (readonly unknown[])[];
  /** Which arguments stay what they are. */
  readonly plain?: readonly number[];
  /** dtype of the tensors. Default: int32. */
  readonly dtype?: "int32" | "float32";
}

const program = (fn: Program["fn"], inputs: Program["inputs"], more: Partial<Program> = {}): Program => ({ fn, inputs, ...more });

export const programs: Record<string, Program> = {
  "if and else": program((x: Any) => {
    if (x > 0) x = x * x;
    else x = -x;
    return x;
  }, [[3], [-4], [0]]),
  "if alone": program((x: Any) => {
    let y = x + 1;
    if (x > 2) y += 10;
    return y;
  }, [[3], [1]]),
  "a chain of else ifs": program((x: Any) => {
    let y;
    if (x > 10) y = 1;
    else if (x > 5) {
      y = 2;
    } else if (x > 0) y = 3;
    else y = 4;
    return y * 2;
  }, [[11], [7], [3], [-1]]),
  "early returns": program((x: Any) => {
    if (x > 10) return x;
    if (x > 5) return x * 2;
    const y = x + 1;
    return y * 3;
  }, [[11], [7], [3]]),
  "early returns in a chain": program((x: Any) => {
    if (x > 10) return 1;
    else if (x > 5) return 2;
    x += 1;
    if (x > 3) {
      return x;
    } else {
      x = x * 100;
    }
    return x;
  }, [[11], [7], [3], [1]]),
  "the else branch exits": program((x: Any) => {
    let y = 0;
    if (x > 5) y = x * 2;
    else return -1;
    y += 1;
    return y;
  }, [[6], [5]]),
  "a return inside of nested branches": program((x: Any, y: Any) => {
    let z = x;
    if (x > 0) {
      if (y > 0) return x + y;
      z = y * 2;
    } else if (y > 5) {
      return y;
    }
    z += 1;
    return z;
  }, [[1, 1], [1, -1], [-1, 6], [-1, 2]]),
  "while": program((n: Any) => {
    let i = 0;
    let s = 0;
    while (i < n) {
      s += i;
      i++;
    }
    return s;
  }, [[5], [0], [1]]),
  "while with break and continue": program((n: Any) => {
    let s = 0;
    let i = 0;
    while (i < n) {
      i++;
      if (i % 3 === 0) continue;
      if (i > 8) break;
      s += i;
    }
    return [s, i];
  }, [[20], [5], [0]]),
  "while (true) with break": program((n: Any) => {
    let i = 1;
    while (true) {
      i *= 2;
      if (i > n) break;
    }
    return i;
  }, [[100], [1]]),
  "a return inside of a loop": program((n: Any) => {
    let i = 0;
    while (i < 100) {
      if (i * i > n) return i;
      i += 1;
    }
    return -1;
  }, [[50], [100000]]),
  "a return inside of while (true)": program((n: Any) => {
    let i = 0;
    while (true) {
      i++;
      if (i * i >= n) return i * 10;
    }
  }, [[50], [1]]),
  "do while": program((n: Any) => {
    let i = n;
    let steps = 0;
    do {
      i -= 3;
      steps++;
    } while (i > 0);
    return [i, steps];
  }, [[10], [-5]]),
  "assignments in the condition": program((n: Any) => {
    let s = 0;
    while (n-- > 0) s += n;
    return [s, n];
  }, [[4], [0]]),
  "for with bounds that are tensors": program((n: Any) => {
    let s = 0;
    for (let i = 0; i < n; i++) {
      if (i === 2) continue;
      s += i * i;
    }
    return s;
  }, [[5], [0], [3]]),
  "for with break": program((n: Any) => {
    let i = 0;
    for (i = 10; i < n; i += 2) {
      if (i > 14) break;
    }
    return i;
  }, [[100], [11], [3]]),
  "nested loops": program((n: Any) => {
    let s = 0;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) {
        if (k === 3) break;
        s += k + i;
      }
    }
    return s;
  }, [[6], [0]]),
  "breaks of an outer loop by a flag": program((n: Any) => {
    let found = -1;
    for (let i = 1; i < n; i++) {
      let k = 1;
      while (k <= i) {
        if (i * k === 12) {
          found = i;
          break;
        }
        k++;
      }
      if (found > 0) break;
    }
    return found;
  }, [[20], [3]]),
  "for … of with continue": program((items: Any) => {
    let s = 0;
    for (const c of items) {
      if (c % 2 > 0) continue;
      s += c;
    }
    return s;
  }, [[[10, 12, 15, 20]], [[1]], [[-3, -4]]]),
  "for … of with break and return": program((items: Any, limit: Any) => {
    let s = 0;
    for (const c of items) {
      if (c < 0) return -100;
      if (s > limit) break;
      s += c;
    }
    return s;
  }, [[[1, 2, 3, 4], 100], [[1, 2, -3, 4], 100], [[5, 6, 7], 5]]),
  "for … of over rows with a pattern": program((rows: Any) => {
    let s = 0;
    for (const [a, b] of rows) s += a * b;
    return s;
  }, [[[[1, 2], [3, 4]]]]), // prettier-ignore
  "for … of over a list of JavaScript": program((x: Any) => {
    let s = 0;
    for (const k of [1, 2, 3]) {
      if (s > x) break;
      s += k * x;
    }
    return s;
  }, [[2], [0]]),
  "an existing variable in for … of": program((items: Any) => {
    let c;
    let s = 0;
    for (c of items) s += c;
    return s;
  }, [[[1, 2, 3]]]),
  "for … in": program((x: Any) => {
    const record: Any = { a: 1, b: 2 };
    let s = 0;
    for (const key in record) if (x > record[key]) s += record[key];
    return s;
  }, [[0], [2], [3]]),
  "?: and && and || and !": program((x: Any, y: Any) => {
    const z = x > 0 && y > 0 ? x : y;
    const w = !(x > 1) || y < 0 ? z * 2 : z + 1;
    return x > 100 ? 0 : w;
  }, [[1, 2], [2, 3], [-1, 5], [4, -2]]),
  "records as state": program((n: Any) => {
    let p = { a: 0, b: [1, 2] };
    let i = 0;
    while (i < n) {
      p = { a: p.a + i, b: [p.b[1]!, p.b[0]! + 1] };
      i++;
    }
    return p;
  }, [[3], [0]]),
  "members as state": program((x: Any) => {
    const o: Any = { a: x, n: { b: 1 } };
    if (x > 0) {
      o.a = o.a * 2;
      o.n.b += x;
    } else o.a -= 1;
    return [o.a, o.n.b];
  }, [[3], [-3]]),
  "elements of lists as state": program((x: Any) => {
    const list: Any[] = [x, 2, 3];
    if (x > 0) list[0] = list[0] * 2;
    else list[2] += x;
    list[1]++;
    return list;
  }, [[3], [-3]]),
  "destructuring and swaps": program((n: Any) => {
    let [a, b] = [0, 1];
    for (let i = 0; i < n; i++) [a, b] = [b, a + b];
    return a;
  }, [[10], [0], [1]]),
  "gcd": program((a: Any, b: Any) => {
    while (b > 0) [a, b] = [b, a % b];
    return a;
  }, [[12, 18], [7, 3], [5, 0]]),
  "the remainder has the sign of the dividend": program((a: Any, b: Any) => a % b, [[7, 3], [-7, 3], [7, -3]]),
  "compound assignment": program((x: Any) => {
    let y = x;
    y += 2;
    y *= 3;
    y -= x;
    y %= 7;
    return y;
  }, [[5], [-5]]),
  "++ and -- in expressions": program((x: Any) => {
    let i = x;
    const a = i++;
    const b = ++i;
    const c = i-- - --i;
    return [a, b, c, i];
  }, [[5]]),
  "plain conditions": program((x: Any, mode: string, flag: boolean) => {
    let y = x;
    if (mode === "double") y = x * 2;
    else if (flag) y = x + 100;
    switch (mode) {
      case "double":
        y += 1;
        break;
      default:
        y += 2;
    }
    return y;
  }, [[3, "double", false], [3, "other", true]], { plain: [1, 2] }),
  "try and finally": program((x: Any) => {
    let y = x;
    try {
      if (x > 0) y = x * 2;
    } finally {
      y += 1;
    }
    return y;
  }, [[3], [-3]]),
  "a switch and a try that return": program((x: Any, kind: string) => {
    if (x > 0) {
      switch (kind) {
        case "a":
          return x * 2;
        case "b":
          try {
            return x * 3;
          } finally {
            x = 0;
          }
      }
    }
    return -x;
  }, [[3, "a"], [3, "b"], [3, "c"], [-3, "a"]], { plain: [1] }),
  "closures and inner functions": program((x: Any) => {
    let total = 0;
    const add = (y: Any) => {
      if (y > 2) return y * 2;
      return y;
    };
    for (const k of [1, 2, 3]) total += add(k * x);
    if (x > 1) [1, 2].forEach((k) => (total += k));
    return total;
  }, [[1], [2]]),
  "functions that see the variable of their iteration": program((n: Any) => {
    const all: (() => Any)[] = [];
    for (let i = 0; i < 3; i++) {
      all.push(() => i * n);
    }
    let s = 0;
    for (const f of all) s = s * 10 + f();
    return s;
  }, [[1], [2]]),
  "recursion over a plain number": program(function fact(n: Any, x: Any): Any {
    if (n === 0) return x;
    let y = x;
    if (x > 5) y = x + 1;
    for (let i = 0; i < n; i++) y += i;
    return y;
  }, [[3, 1], [3, 9]], { plain: [0] }),
  "a list that a loop fills": program((items: Any) => {
    const out: Any[] = [];
    for (const c of items) out.push(c * c, c + 1);
    let s = 0;
    for (const each of out) s = s * 3 + each;
    return s;
  }, [[[1, 2, 3]]]),
  "a list that branches fill alike": program((x: Any) => {
    const out: Any[] = [];
    if (x > 0) out.push(x);
    else out.push(x * 2);
    return out;
  }, [[1], [-1]]),
  "indices that are tensors": program((items: Any, i: Any) => {
    let s = items[0];
    if (i > 0) s += items[i];
    return s;
  }, [[[5, 6, 7], 2], [[5, 6, 7], 0]]),
  "numbers take the tensors' dtype": program((items: Any) => {
    let s = 0;
    let m = 1;
    for (const c of items) {
      s += c;
      m = c > 1 ? m * c : m;
    }
    return [s, m];
  }, [[[0.5, 1.5, 2.5]]], { dtype: "float32" }),
  "powers, division and unary minus": program((x: Any) => {
    let y = x ** 2 / 4;
    if (y > 1) y = -y;
    return y;
  }, [[3], [1]], { dtype: "float32" }),
  "Newton's method": program((a: Any) => {
    let x = a;
    let n = 0;
    while ((x * x - a) ** 2 > 1e-6) {
      x = (x + a / x) / 2;
      n += 1;
    }
    return [x, n];
  }, [[2], [9]], { dtype: "float32" }),
  "nothing is decided by values": program((x: Any) => {
    let y = x;
    for (let i = 0; i < 3; i++) if (i !== 1) y += i;
    return y;
  }, [[1]]),
  "variables of one branch only": program((x: Any) => {
    let y = x;
    if (x > 0) {
      const local = x * 3;
      let unused;
      unused = local;
      y = local + unused;
    }
    return y;
  }, [[2], [-2]]),
  "?? and ?.": program((x: Any) => {
    const options: Any = { a: null };
    let y = options.a ?? x;
    if (x > 0) y = options.b?.c ?? y + 1;
    return y;
  }, [[2], [-2]]),
  "&&= and ||=": program((x: Any) => {
    let ok: Any = x > 0;
    ok &&= x < 10;
    let any: Any = x > 100;
    any ||= ok;
    return any ? 1 : 0;
  }, [[5], [50], [500]]),
  "numbers through nested loops": program(
    (x: Any, n: Any) => {
      let a = -2;
      for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) a = -x;
      return a;
    },
    [
      [0.5, 2],
      [0.5, 0],
    ],
    { dtype: "float32" },
  ),
  "tensors in between": program((x: Any) => {
    let y = x;
    for (const i of tf.range(3) as Any) y = y + x;
    return y;
  }, [[2]]),
}; // prettier-ignore
