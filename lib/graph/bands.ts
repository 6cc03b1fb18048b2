// A part of a graph that is computed some rows at a time, as one step: values between its steps exist for a few rows only.
//
//  (1) Rows are those of the first axis: examples of a batch. Every band has equally many, so that its commands are made once and then
//      only look at other rows.
//  (2) What the commands make of weights alone, such as panels, is made once, before the first band.
//  (3) Sums over rows are added up band by band, in their order: the result does not depend on the number of threads.

import { commandsOf } from "../core/interpreter.js";
import { localPrimitive, primitives, type Step } from "../core/primitive.js";
import { symbolic, Tensor, bytesOf } from "../core/tensor.js";
import { forEachAddress, Part, part, Scratch, scratch, type Command, type Operand } from "../runtime/command.js";
import { readsOf, type Graph } from "./graph.js";
import { planMemory } from "./plan.js";

/** What is computed in bands. */
export interface Banded {
  readonly steps: readonly Step[];
  /** What others read of it. */
  readonly results: readonly Tensor[];
  /** Those of the tensors, inputs and results of steps, that have the rows. */
  readonly withRows: ReadonlySet<Tensor>;
  readonly rows: number;
  readonly rowsPerBand: number;
  /** What is done to the graph of a band before it is planned. */
  readonly passes: (graph: Graph) => Graph;
}

/** The steps as one; null unless that needs clearly less memory than the steps one after the other. */
export function bandedStep(banded: Banded): Step | null {
  const { steps, results, passes } = banded;
  const made = new Set(steps.flatMap(({ outputs }) => Object.values(outputs)));
  const xs = [...new Set(steps.flatMap(readsOf).filter((tensor) => !made.has(tensor)))];
  const { commands, bytes } = bandCommands(banded, xs);
  const unbanded = planMemory(passes({ name: "all", inputs: [], steps, outputs: results }), [], new Set([...xs, ...results]));
  if (bytes > 0.75 * unbanded.arenaBytes) return null;
  const named = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.map((each, i) => [`y${i}`, each]));
  const op = localPrimitive({
    name: "bands",
    inputs: ["xs"],
    infer: () => named(results.map(({ shape, dtype }) => ({ shape, dtype }))),
    lower: () => commands,
  });
  const attrs = { bands: banded.rows / banded.rowsPerBand, steps: steps.map((step) => step.op.name).join(" ") };
  return { op, inputs: { xs }, attrs, outputs: named(results) };
}

/** The commands, and the bytes that they need beside operands and results. */
function bandCommands(
  { steps, results, withRows, rows, rowsPerBand, passes }: Banded,
  xs: readonly Tensor[],
): { readonly commands: readonly Command[]; readonly bytes: number } {
  /** Tensors of one band, by those of all rows. */
  const ofBand = new Map<Tensor, Tensor>();
  const narrow = (tensor: Tensor): Tensor => {
    const found = ofBand.get(tensor);
    if (found) return found;
    const own = withRows.has(tensor) ? symbolic({ shape: [rowsPerBand, ...tensor.shape.slice(1)], dtype: tensor.dtype }) : tensor;
    ofBand.set(tensor, own);
    return own;
  };
  const graph = passes({
    name: "band",
    inputs: [],
    steps: steps.map((step) => narrowed(step, narrow)),
    outputs: results.map(narrow),
  });
  const whole = new Map([...xs, ...results].map((tensor) => [narrow(tensor), tensor]));
  const plan = planMemory(graph, [], new Set(whole.keys()));
  const commands = plan.byStep.flatMap(({ commands }) => commands);
  const once = commandsOfWeights(
    commands,
    (operand) => operand instanceof Tensor && whole.has(operand) && !withRows.has(whole.get(operand)!),
  );

  const arena = scratch(plan.arenaBytes);
  const sums = new Map(results.filter((tensor) => !withRows.has(tensor)).map((tensor) => [tensor, scratch(bytesOf(tensor)!)]));
  const placed = (operand: Operand, band: number): Operand => {
    if (operand instanceof Part) return part(placed(operand.whole, band), operand.bytes);
    if (operand instanceof Scratch && once.made.has(operand)) return operand;
    const tensor = whole.get(operand as Tensor);
    if (!tensor) {
      const found = plan.find(operand as Tensor | Scratch) as { slot: { offset: number; bytes: number } };
      return new Part(arena, found.slot.offset, found.slot.bytes);
    }
    if (withRows.has(tensor)) {
      const bytes = (bytesOf(tensor)! / rows) * rowsPerBand;
      return new Part(tensor, band * bytes, bytes);
    }
    return (band > 0 && sums.get(tensor)) || tensor;
  };
  const all = commands.filter((command) => once.commands.has(command));
  for (let band = 0; band < rows / rowsPerBand; band++) {
    for (const command of commands) if (!once.commands.has(command)) all.push(withOperands(command, (operand) => placed(operand, band)));
    if (band > 0) for (const [tensor, sum] of sums) all.push(...addition(tensor, sum));
  }
  const kept = [...sums.values(), ...once.made].reduce((total, { bytes }) => total + bytes, 0);
  return { commands: all, bytes: plan.arenaBytes + kept };
}

/** The step on the rows of one band. */
function narrowed({ op, inputs, attrs, outputs }: Step, narrow: (tensor: Tensor) => Tensor): Step {
  const each = (value: unknown): unknown => (value instanceof Tensor ? narrow(value) : Array.isArray(value) ? value.map(each) : value);
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, each(value)])) as Step["inputs"];
  return { op, attrs, inputs: given, outputs: Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, narrow(y)])) };
}

/** The commands that read nothing with rows, and write memory that no other command writes: invariant (2). */
function commandsOfWeights(commands: readonly Command[], isWeight: (operand: Operand) => boolean) {
  const writers = new Map<Operand, number>();
  const base = (operand: Operand): Operand => (operand instanceof Part ? base(operand.whole) : operand);
  for (const command of commands)
    forEachAddress(command, (operand, kind) => kind !== "in" && writers.set(base(operand), (writers.get(base(operand)) ?? 0) + 1));
  const made = new Set<Scratch>();
  const found = new Set<Command>();
  for (const command of commands) {
    const outputs: Scratch[] = [];
    let isFixed = true;
    forEachAddress(command, (operand, kind) => {
      const memory = base(operand);
      if (kind === "in") isFixed &&= isWeight(memory) || made.has(memory as Scratch) || (memory instanceof Tensor && !memory.isSymbolic);
      else if (kind === "out" && memory instanceof Scratch && writers.get(memory) === 1) outputs.push(memory);
      else isFixed = false;
    });
    if (!isFixed) continue;
    found.add(command);
    outputs.forEach((output) => made.add(output));
  }
  return { commands: found, made };
}

function withOperands(command: Command, replace: (operand: Operand) => Operand): Command {
  const args: Record<string, unknown> = { ...command.args };
  for (const { name, kind } of command.layout.fields) {
    if (kind !== "in" && kind !== "out" && kind !== "inout") continue;
    const value = args[name];
    if (Array.isArray(value)) args[name] = value.map((each: Operand | null) => each && replace(each));
    else if (value) args[name] = replace(value);
  }
  return { ...command, args };
}

/** What adds the sum of one band to that of those before. */
function addition(total: Tensor, sum: Scratch): Command[] {
  const [a, b] = [symbolic(total), symbolic(total)];
  const commands = commandsOf({ op: primitives.get("add")!, inputs: { a, b }, attrs: undefined, outputs: { y: total } });
  return commands.map((command) => withOperands(command, (operand) => (operand === a ? total : operand === b ? sum : operand)));
}
