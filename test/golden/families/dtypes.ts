import type { Case } from "../cases.js";
import { Mismatch, Unsupported } from "../outcome.js";
import { find } from "../surface.js";
import { keptDtype } from "../values.js";

/** The dtype that two dtypes promote to, in the dtypes that kerasm keeps them in. */
export function runResultType(testCase: Case): void {
  const resultType = find("backend", "result_type") as unknown as (...dtypes: string[]) => string;
  const args = testCase["args"] as string[];
  const unkept = [...args, String(testCase["result"])].find((dtype) => !isKept(dtype));
  if (unkept !== undefined) throw new Unsupported(`dtype ${unkept}`);
  const got = resultType(...args);
  const expected = testCase["result"] === "int64" ? "int32" : testCase["result"];
  if (got !== expected) throw new Mismatch(`got ${got}, expected ${String(expected)}`);
}

/** Dtypes that are kept as themselves, and Python's `int` and `float`. */
const isKept = (dtype: string): boolean => dtype === "int" || dtype === "float" || dtype === "int64" || keptDtype(dtype) === dtype;
