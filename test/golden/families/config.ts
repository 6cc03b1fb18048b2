import { Mismatch } from "../outcome.js";
import { isRecord } from "../values.js";

/** Fails where an object that was made from a config does not give the same config back. */
export function compareConfig(recorded: unknown, object: unknown): void {
  const config = (recorded as { config: Record<string, unknown> }).config;
  const actual = (object as { getConfig(): Record<string, unknown> }).getConfig();
  compareJson(config, actual, "config");
}

function compareJson(expected: unknown, actual: unknown, where: string): void {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) throw different(expected, actual, where);
    expected.forEach((item, index) => compareJson(item, actual[index], `${where}[${index}]`));
  } else if (isRecord(expected)) {
    if (!isRecord(actual)) throw different(expected, actual, where);
    for (const key of Object.keys(expected)) if (!isBookkeeping(key)) compareJson(expected[key], actual[key], `${where}.${key}`);
    const extra = Object.keys(actual).filter((key) => !(key in expected) && !isBookkeeping(key));
    if (extra.length > 0) throw new Mismatch(`${where}: got the key ${extra.join(", ")}, which Keras does not write`);
  } else if (expected !== actual && !(isNumber(expected) && isNumber(actual) && Math.fround(expected) === Math.fround(actual))) {
    throw different(expected, actual, where);
  }
}

/** What depends on the process, not on the object. */
const isBookkeeping = (key: string): boolean => key === "shared_object_id" || key === "build_config" || key === "compile_config";

const isNumber = (value: unknown): value is number => typeof value === "number";

const different = (expected: unknown, actual: unknown, where: string): Mismatch =>
  new Mismatch(`${where}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
