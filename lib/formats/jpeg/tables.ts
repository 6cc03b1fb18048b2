// What both directions of JPEG need (ITU-T T.81): the order of coefficients, and Huffman codes.

/** Where the k-th coefficient of a block stands, row by row. */
export const zigzag = new Uint8Array(64);
for (let k = 0, diagonal = 0; diagonal < 15; diagonal++) {
  for (let i = Math.max(0, diagonal - 7); i <= Math.min(7, diagonal); i++, k++) {
    const [row, column] = diagonal % 2 ? [i, diagonal - i] : [diagonal - i, i];
    zigzag[k] = row * 8 + column;
  }
}

/** The codes of T.81's Annex C: `counts[n]` of them have n + 1 bits, in ascending order of length and value. */
export function* codesOf(counts: Uint8Array, symbols: Uint8Array): Generator<{ code: number; bits: number; symbol: number }> {
  let [code, at] = [0, 0];
  for (let bits = 1; bits <= 16; bits++, code <<= 1) {
    for (let i = 0; i < counts[bits - 1]!; i++, code++, at++) {
      if (code >= 1 << bits || at >= symbols.length) throw new Error("A Huffman table has more codes than there can be.");
      yield { code, bits, symbol: symbols[at]! };
    }
  }
}
