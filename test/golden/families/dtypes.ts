import type { Case } from "../cases.js";
import { Mismatch } from "../outcome.js";
import { find } from "../surface.js";

/** Dtypes of 64 bits are kept in 32. */
const kept: Readonly<Record<string, string>> = { int64: "int32", uint64: "uint32", float64: "float32" };

/** The dtype that two dtypes promote to. */
export function runResultType(testCase: Case): void {
  const resultType = find("backend", "result_type") as unknown as (...dtypes: string[]) => string;
  const got = resultType(...(testCase["args"] as string[]));
  const result = String(testCase["result"]);
  const expected = kept[result] ?? result;
  if (got !== expected) throw new Mismatch(`got ${got}, expected ${expected}`);
}
