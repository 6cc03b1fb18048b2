/** Something that has an address when a program runs: the runtime only compares identities. */
export type Operand = object;

/** Memory that one operation needs while it runs. */
export class Scratch {
  constructor(readonly bytes: number) {}
}

/** Memory for the time of one operation's commands: written by one of them, read by a later one. */
export const scratch = (bytes: number): Scratch => new Scratch(bytes);

/** An operand from a byte on: a part of a tensor. */
export class Part {
  constructor(
    readonly whole: Operand,
    readonly bytes: number,
    /** How many bytes belong to it; absent: all from there on. */
    readonly length?: number,
  ) {}
}

/** The operand, but beginning `bytes` later. */
export const part = (whole: Operand, bytes: number): Operand => (bytes === 0 ? whole : new Part(whole, bytes));

export interface Field {
  readonly name: string;
  readonly kind: "in" | "out" | "inout" | "u32" | "i32" | "f32";
  readonly word: number;
  readonly count: number;
}

/** The words of a kernel's args class, generated from its source. */
export class Layout {
  /** The fields that hold addresses. */
  readonly addresses: readonly Field[];

  constructor(
    readonly words: number,
    readonly fields: readonly Field[],
  ) {
    this.addresses = fields.filter(({ kind }) => kind === "in" || kind === "out" || kind === "inout");
  }
}

/** One kernel call over a whole range: what an operation lowers to. */
export interface Command {
  readonly kernel: number;
  readonly layout: Layout;
  readonly args: Readonly<Record<string, unknown>>;
  /** The whole range, in the kernel's units. */
  readonly size: number;
  /** Units that one claim takes. */
  readonly grain: number;
}

export function command(kernel: number, layout: Layout, args: object, size: number, grain: number): Command {
  return { kernel, layout, args: args as Readonly<Record<string, unknown>>, size, grain: Math.max(1, grain) };
}

/** Every address word of a command: what it refers to and how it is used. */
export function forEachAddress(command: Command, visit: (operand: Operand, kind: "in" | "out" | "inout", word: number) => void): void {
  const { layout, args } = command;
  for (const { name, kind, word, count } of layout.addresses) {
    const given = args[name] as Operand | null | readonly (Operand | null)[];
    if (count === 1) {
      if (given) visit(given, kind as "in", word);
    } else (given as readonly (Operand | null)[]).forEach((operand, i) => operand && visit(operand, kind as "in", word + i));
  }
}
