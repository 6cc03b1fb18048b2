// What autograph does not take: word by word, with the place where it stands.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import t from "tap";
import * as tf from "../../lib/index.js";
import { transformModule } from "../../tools/autograph/module.js";

/* eslint-disable -- operands are tensors */
type Any = any;

/** «» stands where the message has to point. */
const atConversion: Record<string, { body: string; text: string }> = {
  "an async function": {
    body: "const g = «async () => x;",
    text: "given an async function; expected a function that computes at once. Await outside of it, and pass in what came.",
  },
  "a generator": {
    body: "const g = «function* () { yield x; };",
    text: "given a generator function; expected a function that computes at once. Give back a list or a tensor.",
  },
  "a label": {
    body: "«outer: while (x > 0) break outer;",
    text: "given the label outer; expected loops without labels. Use a variable that the loops ask.",
  },
  "var in a branch": {
    body: "if (x > 0) { «var y = x; }",
    text: "given var inside of a branch or loop; expected let or const. Or declare it at the beginning of the function.",
  },
  "var in the head of a loop": { body: "for («var i = 0; i < x; i++) {}", text: "given var in the head of a loop; expected let." },
  "a try that a condition leaves": {
    body: "try { if (x > 0) «return x; } finally { x = 0; }",
    text: "given a return inside of a try statement that a condition decides; expected a try statement that runs to its end. Set a variable in it, and return behind it.",
  },
  "a switch that a condition leaves": {
    body: "switch (x) { case 1: if (x > 0) «return x; }",
    text: "given a return inside of a switch statement that a condition decides; expected a switch statement that runs to its end. Set a variable in it, and return behind it.",
  },
  "a break of a switch inside of an if": {
    body: "switch (x) { case 1: if (x > 0) { «break; } x = 2; }",
    text: "given a break of a switch statement inside of an if; expected a switch statement whose cases run to their end. Write if … else if.",
  },
  "a loop that waits": {
    body: "const g = «async () => { for await (const y of x) y; };",
    text: "given an async function; expected a function that computes at once. Await outside of it, and pass in what came.",
  },
  "a loop over an element as its variable": {
    body: "const y = []; for («y[0] of x) {}",
    text: "given an element as the variable of a loop; expected a variable.",
  },
  "an assignment inside of ?:": {
    body: "x > 0 ? («x = 2) : 1;",
    text: "given an assignment inside of ?:; expected an expression that changes nothing. Write an if statement.",
  },
  "an update inside of ||": {
    body: "x > 0 || «x++;",
    text: "given an assignment inside of ||; expected an expression that changes nothing. Write an if statement.",
  },
  "a var in the head of for … of": { body: "for («var c of x) {}", text: "given var in the head of a loop; expected let or const." },
  "an assignment inside of &&": {
    body: "x > 0 && («x = 2);",
    text: "given an assignment inside of &&; expected an expression that changes nothing. Write an if statement.",
  },
  "a declaration used before a statement that may exit": {
    body: "const g = () => later; if (x > 0) return 1; «const later = 2; return g();",
    text: "given later, declared behind a statement that may exit and used before it; expected a declaration before its use. Declare later further up.",
  },
};

for (const [name, { body, text }] of Object.entries(atConversion)) {
  t.test(`at conversion: ${name}`, async (t) => {
    const marked = `"use autograph";\nfunction f(x) {\n    ${body}\n}\n`;
    const at = marked.indexOf("«");
    const [line, column] = [marked.slice(0, at).split("\n").length, at - marked.lastIndexOf("\n", at)];
    t.throws(() => transformModule(marked.replace("«", ""), { file: "app.js" }), {
      message: `app.js:${line}:${column}: autograph: ${text}`,
    });
  });
}

const x = () => tf.constant(1);
const two = () => tf.constant([1, 2]);
const i32 = { dtype: "int32" } as const;
const traced = (fn: (...args: Any[]) => unknown, options = {}) =>
  tf.function(fn, { autograph: true, ...options }) as (...args: Any[]) => Any;

interface AtRun {
  /** What is converted; `@` stands in a comment in the line that the message has to name. */
  readonly fn: (...args: Any[]) => unknown;
  readonly args?: () => unknown[];
  /** Default: traced, and called. */
  readonly run?: (fn: (...args: Any[]) => unknown) => unknown;
  /** With `@` for the line. */
  readonly text: string;
}

let total = 0;
const limit = 3;
const n = () => tf.constant(3, i32);
const toGraph = (fn: (...args: Any[]) => unknown) => tf.autograph.toGraph(fn);
class Parent {
  call(x: Any): Any { return x; }
} // prettier-ignore
class Child extends Parent {
  #by = 2;
  scaled(x: Any) { return x > 0 ? x * this.#by : x; }
  override call(x: Any) { return x > 0 ? super.call(x) : x; }
  get last() { return this.#by; }
} // prettier-ignore

const atRun: Record<string, AtRun> = {
  "a value in one branch only": {
    fn: function f(x: Any) {
      let y: Any;
      /*@*/ if (x > 0) y = x * 2;
      return y + 1;
    },
    text: "y: given no value after the if at line @; expected a value in its else branch too, or before it. Give y a value before.",
  },
  "dtypes that differ": {
    fn: function f(x: Any) {
      let y;
      /*@*/ if (x > 0) y = tf.constant(1);
      else y = tf.constant(1, { dtype: "int32" });
      return y;
    },
    text: "y: given float32[] in the first branch and int32[] in the other of the if at line @; expected the same dtype and shape in both.",
  },
  "shapes that differ": {
    fn: function f(x: Any) {
      let y;
      /*@*/ if (x > 0) y = tf.zeros([2]);
      else y = tf.zeros([3]);
      return y;
    },
    text: "y: given float32[2] in the first branch and float32[3] in the other of the if at line @; expected the same dtype and shape in both.",
  },
  "what a choice gives, of two shapes": {
    fn: function f(x: Any) {
      const y = /*@*/ x > 0 ? tf.zeros([2]) : x;
      return y;
    },
    text: "value: given float32[2] in the first branch and float32[] in the other of the ?: at line @; expected the same dtype and shape in both.",
  },
  "a loop variable that changes its shape": {
    fn: function f(x: Any, n: Any) {
      let y = x;
      /*@*/ while (n > 0) {
        y = tf.concat([y, y], 0);
        n -= 1;
      }
      return y;
    },
    args: () => [two(), x()],
    text: 'y: given float32[2] before the loop at line @ and float32[4] after an iteration; expected the same dtype and shape. Give it that dtype before the loop: tf.zeros([4], { dtype: "float32" }).',
  },
  "a loop variable that changes its dtype": {
    fn: function f(x: Any, n: Any) {
      let y = n;
      /*@*/ while (n > 0) {
        y = x * 2;
        n -= 1;
      }
      return y;
    },
    args: () => [x(), n()],
    text: 'y: given int32[] before the loop at line @ and float32[] after an iteration; expected the same dtype and shape. Give it that dtype before the loop: tf.zeros([], { dtype: "float32" }).',
  },
  "a variable that is first set in a loop": {
    fn: function f(n: Any) {
      let y: Any;
      /*@*/ while (n > 0) {
        y = n;
        n -= 1;
      }
      return y + 1;
    },
    text: "y: given no value after the loop at line @; expected a value before it. Give y a value before.",
  },
  "a condition of rank 1, traced": {
    fn: function f(x: Any) {
      /*@*/ if (x > 0) return x;
      return -x;
    },
    args: () => [two()],
    text: "autograph: given if (…) at line @ over a tensor of shape [2]; expected a scalar. Use tf.reduceAny or tf.reduceAll, or tf.where for a choice per element.",
  },
  "a condition of rank 1, eager": {
    fn: function f(x: Any) {
      /*@*/ if (x > 0) return x;
      return -x;
    },
    run: (fn) => toGraph(fn)(two()),
    text: "autograph: given if (…) at line @ over a tensor of shape [2]; expected a scalar. Use tf.reduceAny or tf.reduceAll, or tf.where for a choice per element.",
  },
  "a condition of a loop of rank 1": {
    fn: function f(x: Any) {
      /*@*/ while (x > 0) x -= 1;
      return x;
    },
    args: () => [two()],
    text: "autograph: given while (…) at line @ over a tensor of shape [2]; expected a scalar. Use tf.reduceAny or tf.reduceAll, or tf.where for a choice per element.",
  },
  "a loop over a scalar": {
    fn: function f(x: Any) {
      let s = 0;
      /*@*/ for (const c of x) s += c;
      return s;
    },
    text: "autograph: given for … of at line @ over a scalar; expected a tensor with a first axis. Use tf.range for a loop that counts.",
  },
  "&& of a tensor and a number": {
    fn: function f(x: Any) {
      const y = /*@*/ x > 0 && 3;
      return y;
    },
    text: "autograph: given && at line @ between a tensor and a number; expected booleans on both sides. Use ?: for a choice of values.",
  },
  "a return on some paths": {
    fn: /*@*/ function f(x: Any) {
      if (x > 0) return x;
    },
    text: "autograph: given a function at line 1 that returns in some branches only; expected a return on every path.",
  },
  "push in a loop whose length values decide": {
    fn: function f(n: Any) {
      const out = [];
      /*@*/ while (n > 0) {
        out.push(n);
        n -= 1;
      }
      return out;
    },
    text: "out: given push inside a loop whose length values decide; expected a loop of known length. Use tf.TensorArray.",
  },
  "a Map that a branch changes": {
    fn: function f(x: Any) {
      const m = new Map();
      /*@*/ if (x > 0) m.set("a", x);
      return x;
    },
    text: "m: given a change inside of the if at line @, which values decide; expected sets and maps to stay as they are in it. Use variables, a list, or tf.TensorArray.",
  },
  "an element of a tensor": {
    fn: function f(x: Any) {
      /*@*/ x[0] = 1;
      return x;
    },
    args: () => [two()],
    text: "autograph: given an assignment to an element of a tensor at line @; expected tensors to stay as they are. Make a new one: tf.tensorScatterNdUpdate, tf.where, tf.stack.",
  },
  "an element that a tensor names": {
    fn: function f(i: Any) {
      const list = [1, 2];
      /*@*/ list[i] = 1;
      return list;
    },
    args: () => [n()],
    text: 'autograph: given an assignment at line @ to the element that the symbolic Tensor("i:0", shape=(), dtype=int32) names; expected an index with a value. Use tf.TensorArray, or tf.tensorScatterNdUpdate.',
  },
  "a recursion without end": {
    fn: function f(x: Any): Any {
      /*@*/ if (x > 0) return down(x - 1);
      return x;
    },
    run: (fn) => {
      const made: Any = tf.autograph.toGraph(fn, { scope: { down: (y: Any) => made(y) } });
      return tf.function(made)(x());
    },
    text: "autograph: given 100 branches inside each other at line @; expected a recursion that ends while it is traced. Where a tensor decides, both branches are traced: write a loop.",
  },
  "a switch over a tensor": {
    fn: function f(x: Any) {
      /*@*/ switch (x) {
        case 1:
          return x;
        default:
          return -x;
      }
    },
    text: "autograph: given switch (…) at line @ over a tensor; expected a value of JavaScript. Write if … else if, or tf.switchCase.",
  },
  "a native function": {
    fn: Math.max,
    run: toGraph,
    text: 'autograph: given "function max() { [native code] }", whose source can\'t be read; expected a function written in JavaScript. Bound functions and those of the engine have no text: pass the function itself.',
  },
  "a bound function": {
    fn: function f(x: Any) {
      return x;
    }.bind(null),
    run: toGraph,
    text: 'autograph: given "function () { [native code] }", whose source can\'t be read; expected a function written in JavaScript. Bound functions and those of the engine have no text: pass the function itself.',
  },
  "a getter": {
    fn: Object.getOwnPropertyDescriptor(Child.prototype, "last")!.get!,
    run: toGraph,
    text: '1:1: autograph: given "get last() { return this.#by; }", which is no function by itself; expected a function written in JavaScript. Getters, setters and classes are converted by the plugin.',
  },
  "a class": {
    fn: Parent as never,
    run: toGraph,
    text: '1:1: autograph: given "class Parent { call(x) { return x; }…", which is no function by itself; expected a function written in JavaScript. Getters, setters and classes are converted by the plugin.',
  },
  "private names of a class around it": {
    fn: new Child().scaled,
    run: toGraph,
    text: "1:1: autograph: given a method that uses private names, made anew from its text; expected a function that stands by itself. Use the build-time plugin kerasm/autograph/vite.",
  },
  super: {
    fn: new Child().call,
    run: toGraph,
    text: "1:1: autograph: given a method that uses super, made anew from its text; expected a function that stands by itself. Use the build-time plugin kerasm/autograph/vite.",
  },
  "free variables": {
    fn: function clip(x: Any) {
      if (x > limit) return limit;
      return x;
    },
    run: toGraph,
    text: "autograph: given clip that uses limit of the code around it; expected a function that uses its parameters, globals and tf. A function made anew from its text has no closure: pass { scope: (code) => eval(code) } or { scope: { limit } }, or use the build-time plugin kerasm/autograph/vite.",
  },
  "a variable of the code around it, assigned": {
    fn: function step(x: Any) {
      /*@*/ if (x > 0) total = x;
      return x;
    },
    run: (fn) => tf.function(tf.autograph.toGraph(fn, { scope: (code) => eval(code) }))(x()),
    text: "total: given an assignment inside the if at line @ to a variable declared outside of step; expected a function that changes its own variables. Keep it in a variable of the function, and return it.",
  },
  "an unknown option": {
    fn: function f(x: Any) {
      return x;
    },
    run: (fn) => tf.autograph.toGraph(fn, { scop: {} } as Any),
    text: "tf.autograph.toGraph: given the option scop; expected scope, operators.",
  },
  "an unknown option of a loop": {
    fn: function f(n: Any) {
      while (n > 0) {
        tf.autograph.setLoopOptions({ maximum: 3 } as Any);
        n -= 1;
      }
      return n;
    },
    text: "setLoopOptions: given the option maximum; expected maximumIterations, unroll.",
  },
  "control flow that nobody converts": {
    fn: function f(items: Any) {
      let s = 0;
      for (const c of items) s += c;
      return s;
    },
    run: (fn) => tf.function(fn as Any)(two()),
    text: 'for … of: given the symbolic Tensor("items:0", shape=(2,), dtype=float32); expected a tensor with values. In a traced function use tf.function(fn, { autograph: true }), the plugin kerasm/autograph, or tf.whileLoop.',
  },
};
declare const down: (x: Any) => Any;

for (const [name, { fn, args = () => [x()], run, text }] of Object.entries(atRun)) {
  t.test(`at run time: ${name}`, async (t) => {
    const line =
      String(fn)
        .split("\n")
        .findIndex((each) => each.includes("/*@*/")) + 1;
    let message = "";
    try {
      if (run) run(fn);
      else traced(fn)(...args());
    } catch (error) {
      ({ message } = error as Error);
    }
    t.equal(message, text.replace("@", String(line)));
    const goesOn = tf.function((y: tf.Tensor) => y.add(1));
    t.equal(goesOn(x()).item(), 2, "and everything goes on");
  });
}

t.test("lines are those of the function's own text", async (t) => {
  const fn = new Function("tf", `return function f(x) {\n\n  let y;\n  if (x > 0) y = x;\n  return y + 1;\n}`)(tf) as (
    x: tf.Tensor,
  ) => tf.Tensor;
  t.throws(() => traced(fn)(x()), { message: /after the if at line 4;/ });
  t.equal(total, 0);
});

t.test("scopes: names, and a direct eval", async (t) => {
  const limit = 3;
  const clip = function clip(x: Any) {
    if (x > limit) x = tf.constant(limit);
    return x;
  };
  for (const scope of [{ limit }, (code: string) => eval(code) as unknown])
    for (const run of [tf.autograph.toGraph(clip, { scope }), traced(clip, { scope })])
      t.same(
        [5, 2].map((each) => run(tf.constant(each)).item()),
        [3, 2],
      );
});

t.test("doNotConvert, operators: false and setLoopOptions", async (t) => {
  const left = tf.autograph.doNotConvert(function f(x: Any) {
    if (x) return 1;
    return 2;
  });
  t.equal(tf.autograph.toGraph(left), left);
  t.equal(traced(left)(tf.constant(0)), 1, "a tensor as it is always holds");
  const control = function f(x: Any) {
    if (x.greater(0)) x = x.mul(2);
    return x;
  };
  t.notMatch(tf.autograph.toCode(function f(x: Any) { if (x > 0) x *= 2; return x; }, { operators: false }), "$ag.mul"); // prettier-ignore
  t.equal(traced(control, { operators: false })(x()).item(), 2);
  const limited = traced(function f(n: Any) {
    let i = 0;
    while (i < n) {
      tf.autograph.setLoopOptions({ maximumIterations: 3 });
      i += 1;
    }
    return i;
  });
  t.same(
    [2, 10].map((n) => limited(tf.constant(n, i32)).item()),
    [2, 3],
  );
});

t.test("a page that forbids eval is told to use the plugin", async (t) => {
  const library = new URL("../../lib/index.js", import.meta.url).href;
  const code = `import * as tf from ${JSON.stringify(library)}; try { tf.autograph.toGraph((x) => x > 0 ? x : -x); } catch (error) { console.log(error.message); }`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--disallow-code-generation-from-strings",
    "--input-type=module",
    "-e",
    code,
  ]);
  t.equal(
    stdout.trim(),
    "autograph: given a page whose Content-Security-Policy forbids unsafe-eval; expected functions that a build step has transformed. Use the plugin kerasm/autograph/vite, /rollup, /rolldown, /webpack or /esbuild.",
  );
  t.ok(fileURLToPath(library));
});

t.test("toCode is stable", async (t) => {
  const fn = new Function(
    `return function sumEven(items) {\n  let s = 0;\n  for (const c of items) {\n    if (c % 2 > 0) continue;\n    s += c; // even\n  }\n  return s;\n}`,
  )() as () => void;
  t.equal(
    tf.autograph.toCode(fn),
    `// $ag decides at run time: with values JavaScript goes on, without them both ways are recorded.
//   at: line and column in the source; names: the variables that a branch or loop may change, read by get, written by set
function sumEven(items) {
  let s = 0;
  $ag.forOf( items, (c) => {
    $ag.if ($ag.greater($ag.mod(c , 2) , 0), () => { return; }, () => {
    s = $ag.add(s, c); }, { at: "4:5", names: ["s"], get: () => [s], set: ($v) => { s = $v[0]; } }); // even
  }, { at: "3:3", names: ["s"], get: () => [s], set: ($v) => { s = $v[0]; } });
  return s;
}
`,
  );
});
