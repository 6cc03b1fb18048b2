// Random programs: plain JavaScript on numbers, eager tensors and traced functions give the same values and gradients.
// KERASM_RUNS sets how many there are.

import fc from "fast-check";
import t from "tap";
import * as tf from "../../lib/index.js";

/* eslint-disable -- programs are made from text */
type Any = any;

const runs = Number(process.env["KERASM_RUNS"] ?? 150);
t.setTimeout(Math.max(240_000, runs * 4_000)); // busy machines
const NAMES = ["a", "b", "c"] as const;

type Expression = string;
type Line = string;

const name = fc.constantFrom(...NAMES);
const operand: fc.Arbitrary<Expression> = fc.oneof(name, name, fc.constantFrom("x", "y", "0.5", "2", "-1"));
/** Values stay small: sums are halved, products bounded by a sine. */
const expression: fc.Arbitrary<Expression> = fc.oneof(
  operand,
  fc.tuple(operand, operand).map(([p, q]) => `(${p} + ${q}) * 0.5`),
  fc.tuple(operand, operand).map(([p, q]) => `(${p} - ${q}) / 2`),
  fc.tuple(operand, operand).map(([p, q]) => `${p} * ${q} % 3`),
  operand.map((p) => `-${p.startsWith("-") ? `(${p})` : p}`),
);
const test: fc.Arbitrary<Expression> = fc.oneof(
  fc.tuple(operand, fc.constantFrom("<", ">", "<=", ">="), operand).map(([p, relation, q]) => `${p} ${relation} ${q}`),
  fc.tuple(operand, operand, operand).map(([p, q, r]) => `${p} > ${q} && !(${q} > ${r})`),
  fc.tuple(operand, operand, operand).map(([p, q, r]) => `(${p} > ${q} || ${q} < ${r})`),
);

interface Context {
  readonly depth: number;
  readonly inLoop: boolean;
}

let fuel = 0;

function statement({ depth, inLoop }: Context): fc.Arbitrary<Line> {
  const assignment = fc.oneof(
    fc.tuple(name, expression).map(([n, e]) => `${n} = ${e};`),
    fc.tuple(name, fc.constantFrom("+=", "-="), operand).map(([n, operator, e]) => `${n} ${operator} ${e} * 0.25;`),
    fc.tuple(name, test, operand, operand).map(([n, c, p, q]) => `${n} = ${c} ? ${p} : ${q};`),
  );
  if (depth === 0) return assignment;
  const block = (inner: boolean) => list({ depth: depth - 1, inLoop: inner });
  const choices: { arbitrary: fc.Arbitrary<Line>; weight: number }[] = [
    { arbitrary: assignment, weight: 4 },
    {
      arbitrary: fc
        .tuple(test, block(inLoop), fc.option(block(inLoop)))
        .map(([c, then, other]) => `if (${c}) {\n${then}\n}${other === null ? "" : ` else {\n${other}\n}`}`),
      weight: 3,
    },
    {
      arbitrary: fc.tuple(test, block(true), fc.integer({ min: 1, max: 4 })).map(([c, body, n]) => {
        const k = `k${fuel++}`;
        return `let ${k} = ${n};\nwhile (${k} > 0 && (${c})) {\n${k} -= 1;\n${body}\n}`;
      }),
      weight: 2,
    },
    {
      arbitrary: fc.tuple(block(true), fc.integer({ min: 1, max: 3 })).map(([body, n]) => {
        const k = `k${fuel++}`;
        return `for (let ${k} = 0; ${k} < n - ${3 - n}; ${k}++) {\n${body}\n}`;
      }),
      weight: 1,
    },
    { arbitrary: block(true).map((body) => `for (const item of items) {\na += item * 0.1;\n${body}\n}`), weight: 1 },
    { arbitrary: fc.tuple(test, expression).map(([c, e]) => `if (${c}) return ${e};`), weight: 1 },
  ];
  if (inLoop)
    choices.push({ arbitrary: fc.tuple(test, fc.constantFrom("break", "continue")).map(([c, word]) => `if (${c}) ${word};`), weight: 2 });
  return fc.oneof(...choices);
}

function list(context: Context): fc.Arbitrary<Line> {
  return fc.array(statement(context), { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n"));
}

const program = fc
  .tuple(
    fc.constantFrom(1, 2, 3, 4).chain((depth) => list({ depth, inLoop: false })),
    expression,
  )
  .map(([body, result]) => `function program(x, y, n, items) {\nlet a = x, b = y, c = 0.25;\n${body}\nreturn ${result};\n}`);

const close = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b)) || (Number.isNaN(a) && Number.isNaN(b));

/**
 * Whether a run decides nothing by the last bits of float32: numbers that are near each other and not the same, a product near a multiple
 * of 3, or one so large that its remainder is; and whether no small change of the inputs becomes a large one. Other programs tell nothing.
 */
function isClear(source: string, args: readonly unknown[]): boolean {
  let clear = true;
  const ask = (p: number, q: number, holds: boolean): boolean => {
    if (p !== q && Math.abs(p - q) < 1e-4 * Math.max(1, Math.abs(p))) clear = false;
    return holds;
  };
  const product = (v: number): number => {
    const rest = Math.abs(v % 3);
    if (Math.abs(v) > 50 || (Math.abs(v) > 1 && Math.min(rest, 3 - rest) < 1e-3)) clear = false;
    return v;
  };
  const asked = source
    .replace(/(?<![\w.])([abcxy]|-?[\d.]+) (<=|>=|<|>) ([abcxy]|-?[\d.]+)(?![\w.])/g, "ask($1, $3, $&)")
    .replace(/(\S+ \* \S+) % 3/g, "product($1) % 3");
  const run = new Function("ask", "product", `return ${asked}`)(ask, product) as (...args: unknown[]) => number;
  const [x, y, ...others] = args as [number, number];
  const base = run(x, y, ...others);
  return clear && [1e-4, -1e-4].every((h) => [h, -h].every((k) => Math.abs(run(x + h, y + k, ...others) - base) < 0.02));
}

t.test(`${runs} programs`, async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(program, fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (source, p, q) => {
      const [x, y] = [p / 4 + 0.03, q / 4 - 0.07];
      const items = [0.5, -1.25, 2];
      if (!isClear(source, [x, y, 3, items])) return;
      compared++;
      const plain = new Function(`return ${source}`)() as (...args: Any[]) => number;
      const wanted = plain(x, y, 3, items);
      const tensors = [tf.constant(x), tf.constant(y), tf.constant(3, { dtype: "int32" }), tf.constant(items)];
      const eager = tf.autograph.toGraph(plain) as (...args: Any[]) => Any;
      const graph = tf.function(plain, { autograph: true }) as (...args: Any[]) => Any;
      for (const [way, run] of Object.entries({ eager, graph })) {
        const got = run(...tensors).item();
        if (!close(got, wanted)) throw new Error(`${way}: got ${got}, expected ${wanted}\n${source}\n${x}, ${y}`);
      }
      const slopes = [eager, graph].map((run) => {
        const tape = new tf.GradientTape();
        tape.watch(tensors[0]!);
        const value = tape.record(() => run(...tensors));
        return tape.gradient(value as tf.Tensor, tensors[0]!, { unconnectedGradients: "zero" })!.item();
      });
      if (!close(slopes[1]!, slopes[0]!)) throw new Error(`gradients ${slopes.join(" and ")}\n${source}\n${x}, ${y}`);
    }),
    { numRuns: runs, ...(process.env["KERASM_SEED"] !== undefined && { seed: Number(process.env["KERASM_SEED"]) }) },
  );
  t.ok(compared > runs / 2, `${compared} of them compared`);
});
