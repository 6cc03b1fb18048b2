// Several commands as one that runs them block by block, in the format that assembly/elementwise/fused.ts reads.
//
//  (1) The words of the command are those of its parts, each of its own kind: barriers and the memory plan follow from them as from those
//      of any other command.
//  (2) A value that only the parts use is no operand: its words say where in the scratch memory of a thread it lies.

import { kernels } from "../generated/kernels/core.js";
import { forEachAddress, type Command, type Field, Layout, type Operand } from "./command.js";
import { TABLE_BASE } from "./kernels.js";

/** Where a value lies that exists for one block at a time. */
export interface BlockValue {
  /** Bytes from the beginning of the group's scratch memory. */
  readonly place: number;
  /** Bytes of an element as a power of two. */
  readonly shift: number;
  /** A short operand is written there again and again. */
  readonly repeated?: { readonly operand: Operand; readonly period: number };
}

export interface Fusion {
  /** In order, all with the same units. */
  readonly commands: readonly Command[];
  /** Units of a block. */
  readonly block: number;
  /** Operands of the commands that are no arrays. */
  readonly values: ReadonlyMap<Operand, BlockValue>;
  /** What other operands stand for. */
  readonly real: (operand: Operand) => Operand;
}

export function fuse({ commands, block, values, real }: Fusion): Command {
  const repeats = [...values.values()].filter(({ repeated }) => repeated);
  const patches: number[] = [];
  let words = 0;
  const begins = commands.map((command) => {
    const begin = words * 4;
    forEachAddress(command, (operand, _, word) => {
      const value = values.get(real(operand));
      if (value) patches.push(begin + word * 4, value.place, value.shift, value.repeated?.period ?? 0);
    });
    words += command.layout.words;
    return begin;
  });
  const counts = { repeats: repeats.length, commands: commands.length, patches: patches.length / 4, words };
  const { layout, ...header } = kernels.fused({ block, ...counts }, commands[0]!.size, grainOf(commands, block));

  const fields: Field[] = [...layout.fields];
  const args: Record<string, unknown> = { ...header.args };
  let word = layout.words;
  const add = (kind: Field["kind"], value: unknown, count = 1): void => {
    const name = `word${word}`;
    fields.push({ name, kind, word, count });
    args[name] = value;
    word += count;
  };
  const addNumbers = (numbers: readonly number[]): void => add("u32", numbers.length === 1 ? numbers[0] : numbers, numbers.length);
  const addOperand = (kind: Field["kind"], operand: unknown): void => {
    if (!operand || values.has(real(operand))) add("u32", 0);
    else add(kind, real(operand));
  };
  for (const { place, shift, repeated } of repeats) {
    add("in", repeated!.operand);
    addNumbers([repeated!.period, shift, place]);
  }
  addNumbers([...commands.flatMap(({ kernel }, c) => [TABLE_BASE + kernel, begins[c]!]), ...patches]);
  for (const { layout, args } of commands) {
    for (const { name, kind, count } of layout.fields) {
      const value = args[name];
      if (kind === "u32" || kind === "i32" || kind === "f32") add(kind, value, count);
      else if (count === 1) addOperand(kind, value);
      else for (let i = 0; i < count; i++) addOperand(kind, (value as readonly unknown[])[i]);
    }
  }
  return { ...header, layout: new Layout(word, fields), args };
}

/** Units of a claim that takes as long as one of each of the commands' claims would: whole blocks. */
function grainOf(commands: readonly Command[], block: number): number {
  return Math.ceil(1 / commands.reduce((sum, { grain }) => sum + 1 / grain, 0) / block) * block;
}
