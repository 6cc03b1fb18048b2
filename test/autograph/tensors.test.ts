// Programs that need tensors, Datasets and lists of tensors: eager and traced give the same; and what a minifier does to functions with a
// scope.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import t from "tap";
import * as tf from "../../lib/index.js";

/* eslint-disable -- programs are written as for numbers */
type Any = any;

const dataset = tf.data.Dataset.fromTensorSlices(tf.constant([1, 2, 3, 4, 5, 6])).batch(2) as Any;

const programs: Record<string, { fn: (x: Any) => Any; results: readonly [at3: number, at7: number] }> = {
  "a loop over a Dataset": {
    fn: (x) => {
      let s: Any = 0;
      for (const batch of dataset) s += (tf.reduceSum(batch) as Any) * x;
      return s;
    },
    results: [63, 147],
  },
  "a break of a loop over a Dataset": {
    fn: (x) => {
      let s: Any = 0;
      for (const batch of dataset) {
        if (s > 2) break;
        s += (tf.reduceSum(batch) as Any) * x;
      }
      return s;
    },
    results: [9, 21],
  },
  "counting batches": {
    fn: (x) => {
      let s: Any = 0;
      let i = 0;
      for (const batch of dataset) {
        i++;
        if (i % 2 === 0) continue;
        s += (tf.reduceSum(batch) as Any) + x;
      }
      return s;
    },
    results: [20, 28],
  },
  "a TensorArray that grows while values decide": {
    fn: (x) => {
      let all: Any = new tf.TensorArray("float32", { size: 0, dynamicSize: true });
      let i = 0;
      while (x < 20) {
        x = x * 2;
        all = all.write(i, x);
        i += 1;
      }
      return tf.reduceSum(all.stack());
    },
    results: [42, 42],
  },
  "pairs that a function gives back": {
    fn: (x) => {
      const step = (a: Any, b: Any) => {
        if (a > b) return [a - b, b];
        return [a, b - a];
      };
      let [p, q]: Any[] = [x, tf.constant(4)];
      while (p !== q) [p, q] = step(p, q);
      return p;
    },
    results: [1, 1],
  },
  "reduceAny as a condition": {
    fn: (x) => {
      let v: Any = tf.stack([x, x + 1, x + 2]);
      let n = 0;
      while (tf.reduceAny(v < (10 as Any))) {
        v = v * 2;
        n++;
      }
      return tf.reduceSum(v).add(n);
    },
    results: [50, 49],
  },
  "a range to a tensor": {
    fn: (x) => {
      let s: Any = 0;
      for (const i of tf.range(tf.cast(x, "int32")) as Any) {
        if (i === 1) continue;
        s += i;
      }
      return s;
    },
    results: [2, 20],
  },
  "a return out of loops over tensors": {
    fn: (x) => {
      for (const a of tf.constant([1, 2, 3]) as Any) for (const b of tf.constant([1, 2, 3]) as Any) if (a * b > x) return a * 10 + b;
      return tf.constant(-1);
    },
    results: [22, 33],
  },
  "a list of tensors that a loop replaces": {
    fn: (x) => {
      let pair: Any[] = [x, x];
      while (pair[0] < 10) pair = [pair[0] + pair[1], pair[1]];
      return pair[0];
    },
    results: [12, 14],
  },
  "a variable of the function that an inner one counts": {
    fn: (x) => {
      let c: Any = 0;
      const count = (k: Any) => {
        if (k > 0) c += k;
        else c -= 1;
      };
      count(x);
      count(-x);
      return c;
    },
    results: [2, 6],
  },
  "try, catch and finally in a loop": {
    fn: (x) => {
      let n: Any = 0;
      for (const k of [1, 2, 3]) {
        try {
          if (k === 2) throw new Error("two");
          n += x > k ? k : 0;
        } catch {
          n += 10;
        } finally {
          n += 100;
        }
      }
      return n;
    },
    results: [311, 314],
  },
  "a list that is emptied": {
    fn: (x) => {
      const queue = [1, 2, 3];
      let s: Any = 0;
      while (queue.length > 0) {
        const k = queue.pop()!;
        if (x > k) s += k;
      }
      return s;
    },
    results: [3, 6],
  },
  "matrices in do while": {
    fn: (x) => {
      let m: Any = tf.eye(2).mul(x);
      let i = 0;
      do {
        m = tf.matmul(m, m);
        i++;
      } while (tf.reduceMax(m) < (1000 as Any) && i < 10);
      return tf.reduceSum(m);
    },
    results: [13122, 4802],
  },
  "text beside tensors": {
    fn: (x) => {
      let name = "";
      for (let i = 0; i < 3; i++) name += i;
      return name === "012" ? x : -x;
    },
    results: [3, 7],
  },
};

for (const [name, { fn, results }] of Object.entries(programs))
  t.test(name, async (t) => {
    const scope = { dataset };
    const ways: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      eager: tf.autograph.toGraph(fn, { scope }),
      traced: tf.function(fn, { autograph: true, scope }) as never,
    };
    for (const [way, run] of Object.entries(ways)) t.same([3, 7].map((x) => run(tf.constant(x)).item()), results, way); // prettier-ignore
  });

t.test("minified code: names of a scope are lost, a direct eval sees them", async (t) => {
  const library = new URL("../../lib/index.js", import.meta.url).href;
  const app = (scope: string) => `import * as tf from "${library}";
    export function main() {
      const limit = tf.constant(3);
      const clip = function clip(x) { if (x > limit) return limit; return x; };
      return tf.function(clip, { autograph: true, scope: ${scope} })(tf.constant(5)).item();
    }
    try { console.log(main()); } catch (error) { console.log(error.message); }`;
  const said = async (scope: string) => {
    const { code } = await esbuild.transform(app(scope), { minify: true, format: "esm", logLevel: "silent" });
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    return stdout.trim();
  };
  t.equal(await said("(code) => eval(code)"), "3");
  t.match(
    await said("{ limit }"),
    /^autograph: given \w* ?that uses \w+ of the code around it; expected a function that uses its parameters/,
  );
});
