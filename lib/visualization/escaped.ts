// Text inside of markup.

/** A text as it stands in SVG, HTML and DOT's labels. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]!);
