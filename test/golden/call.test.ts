import t from "tap";
import { arrange } from "./call.js";

t.test("recorded arguments are passed as the function declares them", (t) => {
  type Fn = (...args: never[]) => unknown;
  const sum: Fn = (x: never, { axis = null, keepdims = false } = {} as never) => [x, axis, keepdims];
  t.strictSame(arrange(sum, { x: 1, axis: 2, keepdims: true }, ["x", "axis", "keepdims"]), [1, { axis: 2, keepdims: true }]);
  t.strictSame(arrange(sum, { x: 1 }, ["x", "axis"]), [1]);
  const where: Fn = (condition: never, x1: never, x2: never) => [condition, x1, x2];
  t.strictSame(arrange(where, { condition: 1, x1: 2, x2: 3 }, ["condition", "x1", "x2"]), [1, 2, 3]);
  const add: Fn = (a: never, b: never) => [a, b];
  t.strictSame(arrange(add, { x1: 1, x2: 2 }, ["x1", "x2"]), [1, 2], "other names: by place");
  const stack: Fn = (tensors: never, options: never) => [tensors, options];
  t.strictSame(arrange(stack, { x: [1, 2], axis: 1 }, ["x", "axis"]), [[1, 2], { axis: 1 }]);
  const grid: Fn = (...x: never[]) => x;
  t.strictSame(arrange(grid, { x: [1, 2] }, ["x", "indexing"]), [1, 2]);
  class Attention {
    call(query: number, value: number, { keyTensor = 0, useCausalMask = false } = {}): unknown {
      return [query, value, keyTensor, useCausalMask];
    }
  }
  const call = new Attention().call as Fn;
  t.strictSame(arrange(call, { query: 1, value: 2, use_causal_mask: true }), [1, 2, { useCausalMask: true }]);
  t.strictSame(arrange(call, { training: true }, ["training"], [1, 2]), [1, 2, { training: true }]);
  class Pooling {
    call(x: number, { mask = null, training = false } = {}): unknown {
      return [x, mask, training];
    }
  }
  const pool = new Pooling().call as Fn;
  t.strictSame(arrange(pool, {}, [], [1, 2]), [1, { mask: 2 }], "by place in Python, by name here");
  t.end();
});
