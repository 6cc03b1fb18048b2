// A command: one kernel, its arguments, and the work to do. The generated bindings make them.

/** What an address argument of a kernel may be. */
export type Operand = object;

/** One argument of a kernel: `count` consecutive words from `word` on. */
export interface Field {
  readonly name: string;
  readonly kind: "in" | "out" | "inout" | "u32" | "i32" | "f32";
  readonly word: number;
  readonly count: number;
}

/** How the arguments of a kernel lie in memory: 32-bit words. */
export interface Layout {
  readonly words: number;
  readonly fields: readonly Field[];
}

/** One kernel over `[0, size)`, cut into claims of `grain` units. */
export interface Command {
  readonly kernel: number;
  readonly layout: Layout;
  readonly args: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly grain: number;
}

export function command(kernel: number, layout: Layout, args: object, size: number, grain: number): Command {
  return { kernel, layout, args: args as Readonly<Record<string, unknown>>, size, grain };
}
