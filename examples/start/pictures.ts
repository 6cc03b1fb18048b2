import type * as tf from "kerasm";

/** Two rows of pixels are one of text, since letters are twice as high as wide. */
const ROWS = 14;
const WIDTH = 28;
const GAP = "  ";
const SHADES = " .:-=+*#%@";

/**
 * Images as text with what a model takes them for.
 *
 * @param images         [count, 28, 28, 1], 0 to 1
 * @param probabilities  [count, classes]
 */
export function drawPredictions(
  images: tf.Tensor,
  probabilities: tf.Tensor,
  labels: readonly number[],
  classNames: readonly string[],
  columns: number,
): string {
  const pixels = images.data();
  const all = probabilities.data();
  const classes = classNames.length;
  const pictures = labels.map((label, i) => {
    const row = [...all.subarray(i * classes, (i + 1) * classes)];
    const guess = row.indexOf(Math.max(...row));
    const caption = `${guess === label ? "✓" : "✗"} ${classNames[guess]} ${(100 * row[guess]!).toFixed(0)} %`;
    const truth = guess === label ? "" : `  it is: ${classNames[label]}`;
    return [...picture(pixels.subarray(i * 784, (i + 1) * 784)), caption, truth].map((line) => line.padEnd(WIDTH));
  });
  const perRow = Math.max(1, Math.floor((columns + GAP.length) / (WIDTH + GAP.length)));
  const rows = [];
  for (let i = 0; i < pictures.length; i += perRow) rows.push(sideBySide(pictures.slice(i, i + perRow)));
  return rows.join("\n\n");
}

function picture(pixels: ArrayLike<number>): string[] {
  return Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: WIDTH }, (_, column) => {
      const at = 2 * row * WIDTH + column;
      const shade = (pixels[at]! + pixels[at + WIDTH]!) / 2;
      return SHADES[Math.min(SHADES.length - 1, Math.floor(shade * SHADES.length))];
    }).join(""),
  );
}

const sideBySide = (pictures: readonly string[][]): string =>
  pictures[0]!.map((_, line) => pictures.map((lines) => lines[line]).join(GAP).trimEnd()).join("\n"); // prettier-ignore
