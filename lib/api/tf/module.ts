// tf.Module: a named container of variables and of other modules.

import { Callable } from "../../config/callable.js";
import { classToSnakeCase } from "../../config/names.js";
import { ArgumentError, NotSupportedError, text } from "../../core/errors.js";
import { declare } from "../../core/operation.js";
import { isBranch } from "../../core/tree.js";
import { Layer } from "../../layers/layer.js";
import { currentScope, inNameScope } from "../../variables/name-scope.js";
import { Variable } from "../../variables/variable.js";

/** Runs what is given inside of a scope of names, which it is called by. */
export interface NameScope {
  <T>(action: () => T): T;
  /** The whole path, with a slash at its end: `generator/dense/`. */
  readonly scope: string;
}

const scopeOf = (scope: string): NameScope =>
  Object.defineProperty(<T>(action: () => T): T => inNameScope(scope, action), "scope", { value: scope }) as NameScope;

/**
 * Runs the action while names of variables begin with a scope's: `tf.nameScope("layer", () => tf.variable(0, { name: "w" }))` makes
 * `layer/w`.
 *
 * ```ts
 * const w = tf.nameScope("layer", () => tf.variable(0, { name: "w" })) as tf.Variable;
 * w.name; // "layer/w"
 * ```
 */
export const nameScope = declare("tf.nameScope(name:string, action:function)", <T>(name: string, action: () => T): T => {
  if (name === "") throw new ArgumentError("nameScope", { given: '""', expected: "a name" });
  return inNameScope(name, action);
});

/** What a module is made of, in order of the names: its own leaves first, then those of the modules and layers in it. */
type Part = Variable | Module | Layer;

/**
 * A named container of variables, of layers and of other modules, found by its fields (also in arrays, records and maps). An object of a
 * class of one's own is called as in Python, where the class has a method `call`:
 *
 * ```ts
 * class Dense extends tf.Module {
 *   w: tf.Variable;
 *   b: tf.Variable;
 *   constructor(inputs: number, units: number, options = {}) {
 *     super(options);
 *     this.w = this.nameScope(() => tf.variable(tf.ones([inputs, units]), { name: "w" }));
 *     this.b = this.nameScope(() => tf.variable(tf.zeros([units]), { name: "b" }));
 *   }
 *   call(x: tf.Tensor) { return tf.nn.relu(tf.matmul(x, this.w).add(this.b)); }
 * }
 * const dense = new Dense(3, 2, { name: "my_dense" });
 * dense(tf.ones([1, 3])).array();            // [[3, 3]]
 * dense.variables.map((v) => v.name);        // ["my_dense/b", "my_dense/w"]
 * ```
 * `new tf.train.Checkpoint({ model: dense })` saves it.
 */
export class Module extends Callable {
  readonly #name: string;
  readonly #scope: string;

  /** @param options.name  a valid identifier; default: the class's name in snake_case */
  constructor({ name = null, ...unknown }: { name?: string | null } = {}) {
    super();
    const [other] = Object.keys(unknown);
    if (other !== undefined) throw new ArgumentError("Module", { given: `the option ${other}`, expected: "name" });
    const own = name ?? classToSnakeCase(new.target.name || "Module");
    if (typeof own !== "string" || !/^[A-Za-z_]\w*$/.test(own))
      throw new ArgumentError("Module.name", { given: text(own), expected: "a name of letters, digits and _, that begins with no digit" });
    this.#name = own;
    this.#scope = `${currentScope()}${own}/`;
  }

  protected override invoke(...args: unknown[]): unknown {
    const { call } = this as unknown as { call?: (...args: unknown[]) => unknown };
    if (typeof call === "function") return call.apply(this, args);
    throw new NotSupportedError(this.#name, {
      given: "a call of a module without a method call",
      expected: "a method that says what it does",
    });
  }

  get name(): string {
    return this.#name;
  }

  /** Runs what it is called with while names of variables begin with the module's. */
  get nameScope(): NameScope {
    return scopeOf(this.#scope);
  }

  /** All variables: its own in order of their fields' names, then those of the modules in it. */
  get variables(): readonly Variable[] {
    return this.#collect((layer) => layer.variables);
  }

  get trainableVariables(): readonly Variable[] {
    return this.#collect((layer) => layer.trainableVariables).filter(({ trainable }) => trainable);
  }

  get nonTrainableVariables(): readonly Variable[] {
    const trained = new Set(this.trainableVariables);
    return this.variables.filter((variable) => !trained.has(variable));
  }

  /** The modules in this one, and in those, as deep as it goes. */
  get submodules(): readonly Module[] {
    const found = new Set<Module>();
    const visit = (module: Module): void => {
      const inner = partsOf(module).filter((part): part is Module => part instanceof Module && part !== this && !found.has(part));
      for (const each of inner) found.add(each);
      inner.forEach(visit);
    };
    visit(this);
    return [...found];
  }

  #collect(ofLayer: (layer: Layer) => readonly Variable[]): Variable[] {
    const variables = new Set<Variable>();
    const seen = new Set<Module>([this]);
    const visit = (module: Module): void => {
      const parts = partsOf(module);
      for (const part of parts) if (part instanceof Variable) variables.add(part);
      for (const part of parts) {
        if (part instanceof Layer) for (const variable of ofLayer(part)) variables.add(variable);
        else if (part instanceof Module && !seen.has(part)) {
          seen.add(part);
          visit(part);
        }
      }
    };
    visit(this);
    return [...variables];
  }

  /** A method that runs in the scope of the module's name: for methods that make variables. */
  static withNameScope<A extends unknown[], R>(method: (this: Module, ...args: A) => R): (this: Module, ...args: A) => R {
    return function (...args) {
      return this.nameScope(() => method.apply(this, args));
    };
  }
}

// eslint-disable-next-line -- what a call takes and gives is the business of the class that extends it
export interface Module {
  (...args: any[]): any;
}

function partsOf(module: Module): Part[] {
  const parts: Part[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (value instanceof Variable || value instanceof Module || value instanceof Layer) parts.push(value);
    else if (!seen.has(value)) {
      seen.add(value);
      if (value instanceof Map || value instanceof Set) for (const each of value.values()) visit(each);
      else if (Array.isArray(value)) value.forEach(visit);
      else if (isBranch(value)) for (const key of Object.keys(value).sort()) visit((value as Record<string, unknown>)[key]);
    }
  };
  for (const key of Object.keys(module).sort()) visit((module as unknown as Record<string, unknown>)[key]);
  return parts;
}
