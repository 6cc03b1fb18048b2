// The passes in the order in which they run, before a graph is planned.

import type { Parts } from "../../runtime/parts.js";
import type { Graph } from "../graph.js";
import { makeAgain } from "./again.js";
import { inlineChoices } from "./choices.js";
import { mergeCommonSubexpressions } from "./common-subexpressions.js";
import { removeDeadCode } from "./dead-code.js";
import { runInBands } from "./bands.js";
import { fuseElementwise } from "./elementwise.js";
import { fuseEpilogues } from "./epilogues.js";
import { moveRoundings, widenAnew } from "./halves.js";

/** A change of a graph that keeps its results the same; what exactly it keeps true, its own file says. */
export interface Pass {
  readonly name: string;
  run(graph: Graph): Graph;
}

/** What happens to a graph before it is planned, in order. */
export const passes: readonly Pass[] = [
  { name: "choices", run: inlineChoices },
  { name: "roundings", run: moveRoundings },
  { name: "common subexpressions", run: mergeCommonSubexpressions },
  { name: "dead code", run: removeDeadCode },
  { name: "widening anew", run: widenAnew },
  { name: "bands", run: runInBands },
  { name: "epilogues", run: fuseEpilogues },
  { name: "again", run: makeAgain },
  { name: "elementwise", run: fuseElementwise },
];

let active = passes;

/** The graph after the passes, a part of the work each. */
export function* afterPasses(graph: Graph): Parts<Graph> {
  for (const pass of active) {
    yield;
    graph = pass.run(graph);
  }
  return graph;
}

/** Takes other passes for what is compiled from now on: for tests that compare. Gives back those before. */
export function usePasses(others: readonly Pass[]): readonly Pass[] {
  const before = active;
  active = others;
  return before;
}
