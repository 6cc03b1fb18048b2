// What rows of the table have in common: a step, and what adds the nodes of one.

import { type Dtype } from "../../core/dtype.js";
import { bytesOf } from "../../formats/bytes.js";
import { dataTypeOf } from "../../formats/onnx.js";
import type { Attributes, StepView } from "./emitter.js";

/** Adds the nodes of a step. @returns the value of its output `y`, or of each output by name */
export type Row = (step: StepView) => string | Readonly<Record<string, string>>;

type Maker = (opType: string, inputs: readonly string[], attributes?: Attributes) => string;

/** What adds nodes to the graph of a step. */
export const make =
  (step: StepView): Maker =>
  (opType, inputs, attributes) =>
    step.emitter.node(opType, inputs, attributes);

/** The value in another dtype. */
export const castTo = (step: StepView, value: string, dtype: Dtype | "int64"): string =>
  step.emitter.node("Cast", [value], { to: dataTypeOf(dtype) });

/** A whole number of 64 bits, as lengths are. */
export const long = (step: StepView, value: number): string => step.emitter.constant("int64", [], bytesOf(BigInt64Array.of(BigInt(value))));

/** The length of an axis of x, a whole number of 64 bits. */
export const lengthOf = (step: StepView, axis: number): string =>
  make(step)("Gather", [make(step)("Shape", [step.at("x")]), long(step, axis)], { axis: 0 });
