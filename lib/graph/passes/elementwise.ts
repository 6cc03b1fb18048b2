// The pass that runs elementwise steps together, block by block, so that values between them stay in the cache.

import type { Step } from "../../core/primitive.js";
import { State } from "../../core/state.js";
import { Tensor } from "../../core/tensor.js";
import type { Command } from "../../runtime/command.js";
import { commandByElements, fusedStep, MAXIMUM_WORDS } from "../fused.js";
import { forEachState, readsOf, type Graph } from "../graph.js";

/**
 * Runs elementwise steps of one length that work on each other's results, or on the same operand, together: block by block, so that values
 * that nobody else needs never are arrays. Keeps true: the same kernels compute the same elements, so results are the same bits. A group
 * stands where its last member stood; before it nobody needs what it makes, since who reads a value of a group ends the group.
 */
export function fuseElementwise(graph: Graph): Graph {
  return new Grouping(graph).graph;
}

interface Placed {
  readonly at: number;
  readonly step: Step;
}

interface Member extends Placed {
  readonly command: Command;
}

class Group {
  readonly members: Member[] = [];
  /** Views of the members' results. */
  readonly views: Placed[] = [];
  /** Operands of the group's length that come from outside. */
  readonly operands = new Set<Tensor>();
  /** States whose values members read where they lie. */
  readonly states = new Set<State>();
  words = 0;

  constructor(readonly size: number) {}

  /** The place of the last member. */
  get at(): number {
    return this.members.at(-1)!.at;
  }
}

class Grouping {
  /** Groups that further steps may join: nobody outside has read what they make. */
  readonly #open = new Set<Group>();
  readonly #groups = new Set<Group>();
  /** The group that makes a tensor, or what the tensor is a view of. */
  readonly #makers = new Map<number, Group>();
  /** What views within groups look at. */
  readonly #sources = new Map<number, Tensor>();
  /** The state in which a tensor's elements lie. */
  readonly #states = new Map<number, State>();
  readonly #outside: Placed[] = [];
  readonly graph: Graph;

  constructor(graph: Graph) {
    graph.steps.forEach((step, at) => this.#take({ step, at }));
    const placed = this.#outside.map(({ at, step }) => ({ at, steps: [step] }));
    const needed = new Set(graph.outputs);
    for (const { step } of this.#outside) readsOf(step).forEach((tensor) => needed.add(tensor));
    // Only later groups read what a group makes.
    for (const group of [...this.#groups].sort((a, b) => b.at - a.at)) placed.push({ at: group.at, steps: this.#stepsOf(group, needed) });
    this.graph = { ...graph, steps: placed.sort((a, b) => a.at - b.at).flatMap(({ steps }) => steps) };
  }

  #take({ step, at }: Placed): void {
    const { op, inputs, outputs } = step;
    const viewed = op.alias === undefined ? undefined : inputs[op.alias];
    const state = viewed instanceof Tensor ? this.#states.get(viewed.id) : viewed;
    if (state instanceof State) this.#states.set(outputs.y!.id, state);
    if (viewed instanceof Tensor && this.#view(viewed, { step, at })) return;
    const command = commandByElements(step);
    if (command) return this.#join({ step, at, command });
    for (const { id } of readsOf(step)) this.#close(this.#makers.get(id));
    forEachState(step, (state, isWritten) => {
      if (isWritten) for (const group of this.#open) if (group.states.has(state)) this.#close(group);
    });
    this.#outside.push({ step, at });
  }

  #close(group: Group | undefined): void {
    if (group) this.#open.delete(group);
  }

  /** A view of what an open group makes belongs to the group. */
  #view(viewed: Tensor, placed: Placed): boolean {
    const group = this.#makers.get(viewed.id);
    if (!group || !this.#open.has(group)) return false;
    const { y } = placed.step.outputs;
    group.views.push(placed);
    this.#makers.set(y!.id, group);
    this.#sources.set(y!.id, this.#source(viewed));
    return true;
  }

  #source(tensor: Tensor): Tensor {
    return this.#sources.get(tensor.id) ?? tensor;
  }

  /** Adds the step to the groups whose values it reads, which become one, or to one that reads the same operand, or to a new one. */
  #join(member: Member): void {
    const { step, command } = member;
    const { words } = command.layout;
    const { y } = step.outputs;
    const { size } = y!;
    const reads = readsOf(step);
    const makers = new Set(reads.map(({ id }) => this.#makers.get(id)).filter((group) => group !== undefined && this.#open.has(group)));
    let group: Group | undefined;
    for (const maker of makers as Set<Group>) {
      // What is broadcast has to be there as a whole.
      if (maker.size !== size || maker.words + words + (group?.words ?? 0) > MAXIMUM_WORDS) this.#close(maker);
      else group = group ? this.#merge(group, maker) : maker;
    }
    group ??= [...this.#open].find(
      (each) => each.size === size && each.words + words <= MAXIMUM_WORDS && reads.some((tensor) => each.operands.has(tensor)),
    );
    if (!group) {
      group = new Group(size);
      this.#groups.add(group);
      this.#open.add(group);
    }
    group.members.push(member);
    group.words += words;
    this.#makers.set(y!.id, group);
    for (const tensor of reads) {
      if (this.#makers.get(tensor.id) === group) continue;
      if (tensor.size === size) group.operands.add(tensor);
      const state = this.#states.get(tensor.id);
      if (state) group.states.add(state);
    }
  }

  /** Neither of two open groups needs what the other makes. */
  #merge(group: Group, other: Group): Group {
    const byPlace = (a: Placed, b: Placed) => a.at - b.at;
    group.members.push(...other.members);
    group.members.sort(byPlace);
    group.views.push(...other.views);
    group.views.sort(byPlace);
    for (const operand of other.operands) group.operands.add(operand);
    for (const state of other.states) group.states.add(state);
    group.words += other.words;
    for (const { step } of [...other.members, ...other.views]) this.#makers.set(step.outputs.y!.id, group);
    this.#open.delete(other);
    this.#groups.delete(other);
    return group;
  }

  /** @param needed  what outputs and later steps read; gets what this group reads */
  #stepsOf(group: Group, needed: Set<Tensor>): Step[] {
    const steps = group.members.map(({ step }) => step);
    const views = group.views.map(({ step }) => step);
    if (steps.length === 1) {
      for (const step of [...steps, ...views]) readsOf(step).forEach((tensor) => needed.add(tensor));
      return [...steps, ...views];
    }
    // Members look through views; they are there for those outside alone.
    const neededViews = views
      .reverse()
      .filter((view) => needed.has(view.outputs.y!) && readsOf(view).every((tensor) => needed.add(tensor)));
    const made = new Set(steps.map(({ outputs }) => outputs.y!));
    const source = (tensor: Tensor): Tensor => (made.has(this.#source(tensor)) ? this.#source(tensor) : tensor);
    const results = [...made].filter((y) => needed.has(y));
    if (results.length === 0) return [];
    const fused = fusedStep({ steps, commands: group.members.map(({ command }) => command), source, results });
    readsOf(fused).forEach((tensor) => needed.add(tensor));
    return [fused, ...neededViews.reverse()];
  }
}
