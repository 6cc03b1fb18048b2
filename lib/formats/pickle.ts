// Python pickles (protocols 0 to 5, as far as they hold data), read without evaluating anything: what a pickle would call is kept as its
// name and arguments. NumPy arrays among them are recognized by name.

import { FormatError } from "./error.js";

/** A class or function that a pickle names, and that is never called. */
export class PickledGlobal {
  constructor(readonly name: string) {}
}

/** A call that a pickle asks for: what, with which arguments, and the state that was to be set. */
export class PickledCall {
  state: unknown;
  constructor(
    readonly of: unknown,
    readonly args: readonly unknown[],
  ) {}
}

const MARK = Symbol("mark");

/** The value in a pickle: numbers, bigints, strings, bytes, arrays (lists and tuples), maps, calls that were not made. */
export function readPickle(bytes: Uint8Array, where: string): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = 0;
  const fail = (given: string): never => {
    throw new FormatError(where, { given, expected: "a pickle of plain data" });
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) fail(`${length} bytes at ${at} of ${bytes.length}`);
    return bytes.subarray(at, (at += length));
  };
  const number = (length: 1 | 2 | 4 | 8): number => {
    take(length);
    const start = at - length;
    if (length === 8) return Number(view.getBigUint64(start, true));
    return length === 1 ? view.getUint8(start) : length === 2 ? view.getUint16(start, true) : view.getUint32(start, true);
  };
  const utf8 = (length: number): string => new TextDecoder().decode(take(length));
  const latin = (part: Uint8Array): string => Array.from(part, (byte) => String.fromCharCode(byte)).join("");
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) fail("a line without an end");
    const text = latin(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  const pop = (): unknown => (stack.length === 0 || stack.at(-1) === MARK ? fail("an empty stack") : stack.pop());
  const popMark = (): unknown[] => {
    const start = stack.lastIndexOf(MARK);
    if (start < 0) fail("a missing mark");
    return stack.splice(start).slice(1);
  };
  const list = (): unknown[] => (Array.isArray(stack.at(-1)) ? (stack.at(-1) as unknown[]) : fail("items without a list"));
  const map = (): Map<unknown, unknown> =>
    stack.at(-1) instanceof Map ? (stack.at(-1) as Map<unknown, unknown>) : fail("items without a dict");
  const long = (length: number): number | bigint => {
    let value = 0n;
    const digits = take(length);
    digits.forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
    value = BigInt.asIntN(length * 8 || 1, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };
  const setItems = (items: readonly unknown[]): void => {
    for (let i = 0; i + 1 < items.length; i += 2) map().set(items[i], items[i + 1]);
  };
  const codes: Readonly<Record<string, () => void>> = {
    "\x80": () => void take(1),
    "\x95": () => void take(8),
    "(": () => void stack.push(MARK),
    "0": () => void pop(),
    "1": () => void popMark(),
    "2": () => void stack.push(stack.at(-1)),
    N: () => void stack.push(null),
    "\x88": () => void stack.push(true),
    "\x89": () => void stack.push(false),
    I: () => {
      const text = line();
      stack.push(text === "01" ? true : text === "00" ? false : Number(text));
    },
    L: () => void stack.push(Number(line().replace(/L$/, ""))),
    F: () => void stack.push(Number(line())),
    K: () => void stack.push(number(1)),
    M: () => void stack.push(number(2)),
    J: () => void stack.push(number(4) | 0),
    "\x8a": () => void stack.push(long(number(1))),
    "\x8b": () => void stack.push(long(number(4))),
    G: () => {
      take(8);
      stack.push(view.getFloat64(at - 8));
    },
    U: () => void stack.push(take(number(1))),
    T: () => void stack.push(take(number(4))),
    C: () => void stack.push(take(number(1))),
    B: () => void stack.push(take(number(4))),
    "\x8e": () => void stack.push(take(number(8))),
    "\x96": () => void stack.push(take(number(8))),
    S: () =>
      void stack.push(
        Uint8Array.from(
          line()
            .slice(1, -1)
            .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
          (char) => char.charCodeAt(0),
        ),
      ),
    V: () => void stack.push(line().replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))),
    X: () => void stack.push(utf8(number(4))),
    "\x8c": () => void stack.push(utf8(number(1))),
    "\x8d": () => void stack.push(utf8(number(8))),
    "]": () => void stack.push([]),
    l: () => void stack.push(popMark()),
    a: () => {
      const item = pop();
      list().push(item);
    },
    e: () => {
      const items = popMark();
      const target = list();
      for (const item of items) target.push(item);
    },
    ")": () => void stack.push([]),
    t: () => void stack.push(popMark()),
    "\x85": () => void stack.push([pop()]),
    "\x86": () => {
      const second = pop();
      stack.push([pop(), second]);
    },
    "\x87": () => {
      const [third, second] = [pop(), pop()];
      stack.push([pop(), second, third]);
    },
    "}": () => void stack.push(new Map()),
    d: () => {
      const items = popMark();
      stack.push(new Map());
      setItems(items);
    },
    s: () => {
      const value = pop();
      const key = pop();
      map().set(key, value);
    },
    u: () => setItems(popMark()),
    p: () => void memo.set(Number(line()), stack.at(-1)),
    q: () => void memo.set(number(1), stack.at(-1)),
    r: () => void memo.set(number(4), stack.at(-1)),
    "\x94": () => void memo.set(memo.size, stack.at(-1)),
    g: () => void stack.push(memo.get(Number(line()))),
    h: () => void stack.push(memo.get(number(1))),
    j: () => void stack.push(memo.get(number(4))),
    c: () => void stack.push(new PickledGlobal(`${line()}.${line()}`)),
    "\x93": () => {
      const name = pop();
      stack.push(new PickledGlobal(`${String(pop())}.${String(name)}`));
    },
    R: () => {
      const args = pop();
      stack.push(new PickledCall(pop(), args as unknown[]));
    },
    "\x81": () => {
      const args = pop();
      stack.push(new PickledCall(pop(), args as unknown[]));
    },
    b: () => {
      const state = pop();
      const target = stack.at(-1);
      if (!(target instanceof PickledCall)) fail("a state for plain data");
      (target as PickledCall).state = state;
    },
  };
  while (at < bytes.length) {
    const code = String.fromCharCode(bytes[at++]!);
    if (code === ".") return pop();
    const run = codes[code] as (() => void) | undefined;
    if (!run) fail(`the code ${JSON.stringify(code)} at ${at - 1}`);
    run!();
  }
  return fail("a pickle that ends too early");
}

/** Bytes of Python; protocols before 3 have them in Python 3 as a text and the call that encodes it. */
function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (!(value instanceof PickledCall) || !(value.of instanceof PickledGlobal) || value.of.name !== "_codecs.encode") return null;
  const [content, encoding] = value.args;
  return typeof content === "string" && encoding === "latin1" ? Uint8Array.from(content, (sign) => sign.charCodeAt(0)) : null;
}

/** A NumPy array of plain numbers in a pickle: its type as NumPy writes it ("u1"), shape and bytes; null for anything else. */
export function pickledArray(value: unknown): { kind: string; shape: number[]; bytes: Uint8Array } | null {
  if (
    !(value instanceof PickledCall) ||
    !(value.of instanceof PickledGlobal) ||
    !/^numpy\.(_?core)\.multiarray\._reconstruct$/.test(value.of.name)
  ) {
    return null;
  }
  if (!Array.isArray(value.state)) return null;
  const [, shape, dtype, , content] = value.state as unknown[];
  const data = bytesOf(content);
  const name: unknown = dtype instanceof PickledCall ? dtype.args[0] : undefined;
  const kind = name instanceof Uint8Array ? new TextDecoder().decode(name) : String(name);
  return Array.isArray(shape) && data ? { kind, shape: shape as number[], bytes: data } : null;
}

/** Keys that are bytes in pickles of Python 2, as strings. */
export const namedEntries = (value: unknown): Map<string, unknown> =>
  new Map(
    value instanceof Map
      ? Array.from(value, ([key, item]) => {
          const bytes = bytesOf(key);
          return [bytes ? new TextDecoder().decode(bytes) : String(key), item];
        })
      : [],
  );
