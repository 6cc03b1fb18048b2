// The base of layers that make one tensor from several: shapes brought to one rank, masks put together.

import type { Schema } from "../../config/index.js";
import { ArgumentError, ShapeError } from "../../core/errors.js";
import { shapeText, type Shape } from "../../core/shape.js";
import type { Tensor } from "../../core/tensor.js";
import { expandDims, logicalOr } from "../../ops/index.js";
import { layerOptions } from "../base/options.js";
import type { Mask } from "../base/types.js";
import { Layer } from "../layer.js";

/** One tensor from a list of tensors; the base of Add, Multiply and their kin. */
export abstract class Merge<S extends Schema = typeof layerOptions> extends Layer<S> {
  override supportsMasking = true;

  /** What becomes of tensors of one rank. */
  protected abstract merge(inputs: readonly Tensor[]): Tensor;

  override build(inputShape: readonly Shape[]): void {
    this.checkList(inputShape);
    const batches = new Set(inputShape.map(([batch]) => batch).filter((batch) => batch !== null && batch !== undefined));
    if (batches.size > 1) this.#misfit(inputShape, "one batch size");
    inputShape.map((shape): Shape => shape.slice(1)).reduce((a, b) => this.#broadcast(a, b, inputShape));
  }

  override call(inputs: readonly Tensor[]): Tensor {
    this.checkList(inputs);
    const rank = Math.max(...inputs.map((x) => x.rank));
    return this.merge(
      inputs.map((x) =>
        x.rank === rank
          ? x
          : expandDims(
              x,
              Array.from({ length: rank - x.rank }, (_, i) => i + 1),
            ),
      ),
    );
  }

  /** By default a step is there when it is there in any input. */
  override computeMask(_inputs: readonly Tensor[], mask: readonly Mask[] | null): Tensor | null {
    if (mask === null || mask.some((each) => each === null)) return null;
    return (mask as readonly Tensor[]).reduce((all, each) => logicalOr(all, each));
  }

  protected checkList(inputs: unknown): void {
    if (Array.isArray(inputs) && inputs.length > 0 && typeof inputs[0] === "object") return;
    throw new ArgumentError(this.name, { given: "an input that is no list", expected: "an array of tensors" });
  }

  #broadcast(a: Shape, b: Shape, given: readonly Shape[]): Shape {
    if (a.length < b.length) return this.#broadcast(b, a, given);
    const offset = a.length - b.length;
    return a.map((length, i) => {
      const other = i < offset ? 1 : b[i - offset]!;
      if (length === null || other === null) return null;
      if (length !== 1 && other !== 1 && length !== other) this.#misfit(given, "shapes that broadcast");
      return length === 1 ? other : length;
    });
  }

  #misfit(given: readonly Shape[], expected: string): never {
    throw new ShapeError(this.name, { given: `inputs of shapes ${given.map(shapeText).join(", ")}`, expected });
  }
}
