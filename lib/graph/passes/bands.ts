// The pass that computes convolutions and what surrounds them some examples at a time, where values between them are kept as halves.

import { dtypes, isHalf } from "../../core/dtype.js";
import type { Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { Tensor } from "../../core/tensor.js";
import { isCast } from "../../ops/elementwise/cast.js";
import { bandedStep } from "../bands.js";
import { readsOf, type Graph } from "../graph.js";
import { fuseElementwise } from "./elementwise.js";
import { fuseEpilogues } from "./epilogues.js";

/**
 * Bytes of all values of a band. With fewer, threads wait for each other more often than that is worth: the CNN's step (batch 128, two
 * threads) takes 1.05 of float32's time in four bands, 1.45 in sixteen.
 */
const BAND = 3 << 23;
/** Bytes of the values that would not be arrays any more, from which on that pays. */
const LARGE = 1 << 21;

const passesOfBand = (graph: Graph): Graph => fuseElementwise(fuseEpilogues(graph));

/**
 * Computes runs of convolutions, pools, sums and elementwise steps band by band, if halves are among their values: float32 arrays between
 * them, in which kernels compute, are as large as a band and stay in the cache, and what is kept is half as large. Keeps true: each row is
 * computed by the same kernels from the same numbers; sums over rows are added in another order. Programs without halves stay as they are.
 */
export const runInBands = (graph: Graph): Graph => inBandsOf(BAND, graph);

/** The same with bands of so many bytes. */
export function inBandsOf(bytes: number, graph: Graph): Graph {
  if (!graph.steps.some((step) => castsHalf(step))) return graph;
  const kept = new Set(graph.outputs);
  const done: Step[] = [];
  let rest: readonly Step[] = graph.steps;
  while (rest.length > 0) {
    const first = rest.findIndex((step) => isHeavy(step));
    if (first < 0) break;
    const region = regionOf(rest, rowsOfStep(rest[first]!)!, kept, bytes);
    if (region) {
      done.push(...region.before, region.step);
      rest = region.after;
    } else {
      done.push(...rest.slice(0, first + 1));
      rest = rest.slice(first + 1);
    }
  }
  return { ...graph, steps: [...done, ...rest] };
}

const castsHalf = (step: Step): boolean => isCast(step) && (isHalf((step.inputs["x"] as Tensor).dtype) || isHalf(step.outputs["y"]!.dtype));

/** Whether a step computes rows from rows, and is more than elementwise. */
const isHeavy = (step: Step): boolean => step.op.rows !== undefined && (rowsOfStep(step) ?? 0) > 1 && kindOf(step) !== "all";

const kindOf = ({ op, attrs }: Step): "each" | "sum" | "all" => op.ofRows?.(attrs) ?? "each";

/** The number of rows that the step's inputs with rows have. */
function rowsOfStep({ op, inputs }: Step): number | null {
  const tensor = inputs[op.rows![0]!];
  return tensor instanceof Tensor ? (tensor.shape[0] ?? null) : null;
}

interface Region {
  readonly before: readonly Step[];
  readonly step: Step;
  readonly after: readonly Step[];
}

/** The steps from here on that can be computed band by band, as one; null where there are none, or it does not pay. */
function regionOf(steps: readonly Step[], rows: number, kept: ReadonlySet<Tensor>, bandBytes: number): Region | null {
  const end = steps.findIndex(({ op }) => op.effect || op.writes.length > 0 || op.host);
  const scanned = end < 0 ? steps : steps.slice(0, end);
  const members = membersAmong(scanned, rows);
  const { withRows } = members;
  if (!scanned.some((step) => members.steps.has(step) && castsHalf(step))) return null;

  const inside = members.steps;
  const all = scanned.filter((step) => inside.has(step));
  const results = new Set(all.flatMap(({ outputs }) => Object.values(outputs)));
  const needed = new Set<Tensor>();
  const read = new Set<Tensor>(kept);
  for (const step of steps) if (!inside.has(step)) for (const tensor of readsOf(step)) read.add(tensor);
  const outputs = [...results].filter((tensor) => read.has(tensor));
  const inner = [...results].filter((tensor) => !read.has(tensor) && withRows.has(tensor));
  const bytesPerRow = inner.reduce((sum, { size, dtype }) => sum + (size / rows) * dtypes[dtype].bytes, 0);
  if (bytesPerRow * rows < LARGE || outputs.length === 0) return null;
  const rowsPerBand = divisor(rows, bandBytes / bytesPerRow);
  if (rowsPerBand === rows || rowsPerBand * bytesPerRow < bandBytes / 16) return null;

  // What members need of others stands before them, all else after them.
  for (const step of all) for (const tensor of readsOf(step)) if (!results.has(tensor)) needed.add(tensor);
  const before: Step[] = [];
  const after: Step[] = [];
  for (const step of [...steps].reverse()) {
    if (inside.has(step)) continue;
    if (Object.values(step.outputs).some((tensor) => needed.has(tensor))) {
      for (const tensor of readsOf(step)) needed.add(tensor);
      before.push(step);
    } else after.push(step);
  }
  const step = bandedStep({ steps: all, results: outputs, withRows, rows, rowsPerBand, passes: passesOfBand });
  if (!step) return null;
  return { before: before.reverse(), step, after: after.reverse() };
}

/** The inputs whose rows the step goes through, if rows of its outputs, or sums over them, come of these; else null. */
function rowInputs(step: Step, rows: number): Set<Tensor> | null {
  const { op, inputs, outputs } = step;
  const results = Object.values(outputs);
  if (op.states.length > 0 || op.alias !== undefined || results.length !== 1) return null;
  const [y] = results;
  const kind = kindOf(step);
  if (kind === "all" || (kind === "each" && y!.shape[0] !== rows)) return null;
  if (op.rows) {
    const named = op.rows.map((name) => inputs[name]);
    return named.every((tensor) => tensor instanceof Tensor && tensor.shape[0] === rows) ? new Set(named as Tensor[]) : null;
  }
  if (op.fusible !== "elementwise") return null;
  const found = new Set<Tensor>();
  for (const input of Object.values(inputs)) {
    if (input instanceof State) return null;
    if (!(input instanceof Tensor)) continue;
    if (input.rank === y!.rank && input.shape[0] === rows) found.add(input);
    else if (input.rank === y!.rank && input.shape[0] !== 1) return null;
  }
  return found.size > 0 ? found : null;
}

/**
 * The steps that are computed by rows: heavy ones; what follows from them; and elementwise ones that give them what they read. None reads
 * what has to wait for the rest of the rows.
 */
function membersAmong(steps: readonly Step[], rows: number): { readonly steps: ReadonlySet<Step>; readonly withRows: ReadonlySet<Tensor> } {
  const members = new Set<Step>();
  const withRows = new Set<Tensor>();
  /** What members read as a whole: nobody reads it by rows. */
  const asWhole = new Set<Tensor>();
  const made = new Set<Tensor>();
  /** What can't be there before all rows are done. */
  const late = new Set<Tensor>();
  const joins = (step: Step): boolean => {
    const rowed = rowInputs(step, rows);
    const reads = readsOf(step);
    if (rowed === null || !reads.every((tensor) => (rowed.has(tensor) ? !asWhole.has(tensor) : !withRows.has(tensor)))) return false;
    const outputs = Object.values(step.outputs);
    if (outputs.some((tensor) => asWhole.has(tensor))) return false;
    for (const tensor of reads) (rowed.has(tensor) ? withRows : asWhole).add(tensor);
    for (const output of outputs) (kindOf(step) === "sum" ? late : withRows).add(output);
    members.add(step);
    return true;
  };
  for (const step of steps) {
    const reads = readsOf(step);
    const isLate = reads.some((tensor) => late.has(tensor));
    const follows = reads.some((tensor) => made.has(tensor));
    const outputs = Object.values(step.outputs);
    if (!isLate && (step.op.rows || follows) && joins(step)) for (const output of outputs) made.add(output);
    else if (isLate || follows) for (const output of outputs) late.add(output);
  }
  for (const step of [...steps].reverse()) {
    if (members.has(step) || step.op.rows) continue;
    const outputs = Object.values(step.outputs);
    if (outputs.some((tensor) => withRows.has(tensor)) && !outputs.some((tensor) => late.has(tensor))) joins(step);
  }
  return { steps: members, withRows };
}

/** The largest divisor of a number that is at most `most`, at least 1. */
function divisor(of: number, most: number): number {
  for (let each = Math.min(of, Math.floor(most)); each > 1; each--) if (of % each === 0) return each;
  return 1;
}
