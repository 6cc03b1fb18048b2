// Which optimizer a variable has, by its path.

import {
  Callable,
  type Config,
  deserializeKerasObject,
  isPlainObject,
  type Json,
  registerClasses,
  type Schema,
  serializeKerasObject,
} from "../config/index.js";
import { ArgumentError, text, ValueError } from "../core/errors.js";
import type { Variable } from "../variables/variable.js";
import { Optimizer } from "./optimizer.js";

export interface OptimizerMap {
  /** The optimizer of a variable. */
  (variable: Variable): Optimizer<Schema>;
}

/**
 * Optimizers by paths of variables: a key is a path, or a regular expression that fits all of one. What no key fits has the default.
 *
 * ```ts
 * const map = new keras.optimizers.OptimizerMap(new keras.optimizers.SGD(), { "encoder/.*": new keras.optimizers.Adam() });
 * ```
 *
 * Keras: keras.optimizers.OptimizerMap
 */
export class OptimizerMap extends Callable {
  readonly #byKey = new Map<string, Optimizer<Schema>>();

  constructor(
    readonly defaultOptimizer: Optimizer<Schema>,
    optimizerMap: Readonly<Record<string, Optimizer<Schema>>> | null = null,
  ) {
    super();
    checkOptimizer("OptimizerMap.defaultOptimizer", defaultOptimizer);
    if (optimizerMap !== null && !isPlainObject(optimizerMap)) {
      throw new ArgumentError("OptimizerMap.optimizerMap", { given: text(optimizerMap), expected: "a record of optimizers by path" });
    }
    for (const [key, optimizer] of Object.entries(optimizerMap ?? {})) this.set(key, optimizer);
  }

  /** The optimizer of a path. @throws ValueError where several patterns fit it */
  get(path: string): Optimizer<Schema> {
    const own = this.#byKey.get(path);
    if (own) return own;
    const fitting = [...this.#byKey.keys()].filter((pattern) => new RegExp(`^(?:${pattern})$`).test(path));
    if (fitting.length > 1) {
      throw new ValueError("OptimizerMap", {
        given: `the variable ${path}, which ${fitting.join(" and ")} fit`,
        expected: "one key for it",
      });
    }
    return fitting.length === 1 ? this.#byKey.get(fitting[0]!)! : this.defaultOptimizer;
  }

  /** Adds an optimizer for a path or pattern. @throws ValueError for a key that is there already */
  set(key: string, optimizer: Optimizer<Schema>): this {
    if (this.#byKey.has(key)) throw new ValueError("OptimizerMap.set", { given: `${text(key)} again`, expected: "a key of its own" });
    checkOptimizer(`OptimizerMap[${text(key)}]`, optimizer);
    try {
      new RegExp(key);
    } catch (cause) {
      throw new ValueError("OptimizerMap.set", { given: text(key), expected: "a path, or a regular expression", cause });
    }
    this.#byKey.set(key, optimizer);
    return this;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  delete(key: string): boolean {
    return this.#byKey.delete(key);
  }

  get size(): number {
    return this.#byKey.size;
  }

  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  /** The optimizers of the keys. */
  values(): IterableIterator<Optimizer<Schema>> {
    return this.#byKey.values();
  }

  [Symbol.iterator](): IterableIterator<[string, Optimizer<Schema>]> {
    return this.#byKey[Symbol.iterator]();
  }

  protected override invoke(variable: Variable): Optimizer<Schema> {
    return this.get((variable as { readonly path?: string }).path ?? variable.name);
  }

  getConfig(): Record<string, Json> {
    return {
      default_optimizer: serializeKerasObject(this.defaultOptimizer),
      optimizer_map: serializeKerasObject(Object.fromEntries(this.#byKey)),
    };
  }

  static fromConfig(config: Config): OptimizerMap {
    const { default_optimizer: fallback, optimizer_map: map } = config;
    return new OptimizerMap(deserializeKerasObject(fallback) as Optimizer<Schema>, deserializeKerasObject(map ?? null) as never);
  }
}

/** @throws ArgumentError for what is no optimizer */
export function checkOptimizer(where: string, value: unknown): asserts value is Optimizer<Schema> {
  if (!(value instanceof Optimizer)) throw new ArgumentError(where, { given: text(value), expected: "an optimizer" });
}

registerClasses("keras.optimizers", { OptimizerMap });
