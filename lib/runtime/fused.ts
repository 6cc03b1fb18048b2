// Several commands as one that runs them block by block, in the format that assembly/elementwise/fused.ts reads.
//
//  (1) The words of the command are those of its parts, each of its own kind: barriers and the memory plan follow from them as from those
//      of any other command.
//  (2) A value that only the parts use is no operand: its words say where in the scratch memory of a thread it lies.

import { kernels } from "../generated/kernels.js";
import { forEachAddress, type Command, type Field, type Operand } from "./command.js";
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
  const patches: (readonly number[])[] = [];
  let words = 0;
  const begins = commands.map((command) => {
    const begin = words * 4;
    forEachAddress(command, (operand, _, word) => {
      const value = values.get(real(operand));
      if (value) patches.push([begin + word * 4, value.place, value.shift, value.repeated?.period ?? 0]);
    });
    words += command.layout.words;
    return begin;
  });
  const counts = { repeats: repeats.length, commands: commands.length, patches: patches.length, words };
  const { layout, ...header } = kernels.fused({ block, ...counts }, commands[0]!.size, grainOf(commands, block));

  const fields: Field[] = [...layout.fields];
  const args: Record<string, unknown> = { ...header.args };
  let word = layout.words;
  const add = (kind: Field["kind"], value: unknown): void => {
    const name = `word${word}`;
    fields.push({ name, kind, word: word++, count: 1 });
    args[name] = value;
  };
  const addNumbers = (...numbers: readonly number[]): void => numbers.forEach((number) => add("u32", number));
  for (const { place, shift, repeated } of repeats) {
    add("in", repeated!.operand);
    addNumbers(repeated!.period, shift, place);
  }
  commands.forEach(({ kernel }, c) => addNumbers(TABLE_BASE + kernel, begins[c]!));
  for (const patch of patches) addNumbers(...patch);
  for (const { layout, args } of commands) {
    for (const { name, kind, count } of layout.fields) {
      for (let i = 0; i < count; i++) {
        const value = count === 1 ? args[name] : (args[name] as readonly unknown[])[i];
        if (typeof value !== "object" || value === null) add(kind, value);
        else if (values.has(real(value))) add("u32", 0);
        else add(kind, real(value));
      }
    }
  }
  return { ...header, layout: { words: word, fields }, args };
}

/** Units of a claim that takes as long as one of each of the commands' claims would: whole blocks. */
function grainOf(commands: readonly Command[], block: number): number {
  return Math.ceil(1 / commands.reduce((sum, { grain }) => sum + 1 / grain, 0) / block) * block;
}
