// Bytes as printable characters, as the vocabulary of GPT-2 writes them.

/** A printable character for each byte. */
export const charOfByte: readonly string[] = (() => {
  const isPlain = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPlain(byte) ? byte : next++));
})();

/** The byte that a character stands for. */
export const byteOfChar: ReadonlyMap<string, number> = new Map(charOfByte.map((char, byte) => [char, byte]));

/** The bytes of a text. */
export const bytesOf = (given: string): Uint8Array => new TextEncoder().encode(given);

/** A text with a printable character for each of its bytes. */
export const byteChars = (given: string): string => Array.from(bytesOf(given), (byte) => charOfByte[byte]!).join("");
