// What programs print, beside what their comments say that they print.

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const pattern = (line: string): RegExp => new RegExp(`^${line.split("…").map(escaped).join(".*")}$`);

/** The lines of an output, those that fit what was said of them as it was said: … stands for anything. */
export const printedAsSaid = (stdout: string, said: readonly string[]): string[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line, i) => (pattern(said[i] ?? "").test(line) ? said[i]! : line));
