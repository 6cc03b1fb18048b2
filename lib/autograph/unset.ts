// A variable of converted code that has a value on some paths only; asking for it tells which path gave none.

import { StateError } from "../core/errors.js";
import { Chainable } from "../core/tensor.js";
import type { Tensor } from "../core/tensor.js";

/**
 * What a variable holds that has a value on some paths only. Nothing happens as long as nobody asks for the value; every operation does, so
 * none of them knows of it.
 */
export class Unset extends Chainable {
  readonly #name: string;
  readonly #given: string;
  readonly #expected: string;

  /** @param where  "if at line 24" */
  constructor(name: string, where: string) {
    super();
    this.#name = name;
    this.#given = `no value after the ${where}`;
    this.#expected = where.startsWith("if") ? "a value in its else branch too, or before it" : "a value before it";
  }

  override value(): Tensor {
    throw new StateError(this.#name, { given: this.#given, expected: this.#expected, hint: `Give ${this.#name} a value before.` });
  }

  override toString(): string {
    return `${this.#name} (${this.#given})`;
  }
}
