/** How the text of a column stands. */
export type Alignment = "left" | "right" | "center";

/** A table with heavy lines around its head and a line between rows; text that is too long for its column goes on in the next line. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  align: readonly Alignment[],
): string {
  const inner = innerWidths(widths);
  const rule = (left: string, fill: string, middle: string, right: string) =>
    `${left}${inner.map((width) => fill.repeat(width + 2)).join(middle)}${right}\n`;
  const render = (cells: readonly string[], edge: string) => {
    const wrapped = cells.map((cell, i) => wrap(cell, inner[i]!));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => {
      const texts = wrapped.map((lines, i) => ` ${place(lines[at] ?? "", inner[i]!, align[i]!)} `);
      return `${edge}${texts.join(edge)}${edge}\n`;
    }).join("");
  };
  const body = rows.map((row) => render(row, "│")).join(rule("├", "─", "┼", "┤"));
  return `${rule("┏", "━", "┳", "┓")}${render(header, "┃")}${rule("┡", "━", "╇", "┩")}${body}${rule("└", "─", "┴", "┘")}`;
}

/** Widths of the texts: borders and the spaces beside them are taken off all columns in equal parts. */
function innerWidths(widths: readonly number[]): number[] {
  let excess = widths.length * 3 + 1;
  return widths.map((width, i) => {
    const part = halfEven(excess / (widths.length - i));
    excess -= part;
    return width - part;
  });
}

/** Rounded to the nearest whole number, halves to the even one. */
function halfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** Lines of at most `width` characters, broken at spaces; a word that is too long ends in an ellipsis. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<= )(?=\S)/)) {
    if (line !== "" && (line + word).trimEnd().length > width) {
      lines.push(line);
      line = "";
    }
    line += word;
  }
  return [...lines, line].map((each) => each.trimEnd()).map((each) => (each.length > width ? `${each.slice(0, width - 1)}…` : each));
}

function place(text: string, width: number, alignment: Alignment): string {
  if (alignment === "left") return text.padEnd(width);
  if (alignment === "right") return text.padStart(width);
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}
