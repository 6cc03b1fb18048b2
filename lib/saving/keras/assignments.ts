// Values of a file for variables: all are checked before the first variable changes, so that a load that fails leaves things as they were.

import { text } from "../../core/errors.js";
import { sameShape, shapeText } from "../../core/shape.js";
import type { Elements } from "../../formats/dtypes.js";
import type { Variable } from "../../variables/variable.js";
import { CheckpointError } from "../error.js";

/** What a load is about to do. */
export class Assignments {
  readonly #values: [Variable, Elements][] = [];
  /** What objects do themselves, after all is checked. */
  readonly #actions: (() => void)[] = [];

  /** Plans a value. @throws CheckpointError where it does not fit */
  add(variable: Variable, source: Elements, where: string): void {
    const { shape, dtype } = source;
    if (!sameShape(shape, variable.shape)) {
      throw new CheckpointError(where, {
        given: `${dtype} ${shapeText(shape)}`,
        expected: `${variable.dtype} ${shapeText(variable.shape)}, as the variable ${text(variable.name)} has`,
        hint: "The file is of another model. Nothing was changed.",
      });
    }
    this.#values.push([variable, source]);
  }

  /** Plans what an object does itself. */
  addAction(action: () => void): void {
    this.#actions.push(action);
  }

  /** Plans what another load planned. */
  addAll(other: Assignments): void {
    this.#values.push(...other.#values);
    this.#actions.push(...other.#actions);
  }

  /** Does it all. Where an action throws, the variables named here get back what they had. */
  commit(all: readonly Variable[] = []): void {
    const before = this.#actions.length === 0 ? [] : all.map((variable) => [variable, variable.data()] as const);
    try {
      for (const [variable, { elements }] of this.#values) variable.loadElements(elements);
      for (const action of this.#actions) action();
    } catch (error) {
      for (const [variable, elements] of before) variable.loadElements(elements);
      throw error;
    }
  }
}
