// MD5, by which Keras names most of its files. @see Rivest: The MD5 Message-Digest Algorithm, RFC 1321, 1992

/** The integer parts of 2³² · |sin(i + 1)|. */
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
const turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

/** The digest of bytes, in hexadecimal. */
export function md5(bytes: Uint8Array): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const block = new Int32Array(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (; at + 64 <= bytes.length; at += 64) {
    for (let i = 0; i < 16; i++) block[i] = view.getInt32(at + 4 * i, true);
    mix(state, block);
  }
  const left = bytes.length - at;
  const end = new Uint8Array(left < 56 ? 64 : 128);
  end.set(bytes.subarray(at));
  end[left] = 0x80;
  const tail = new DataView(end.buffer);
  tail.setUint32(end.length - 8, bytes.length << 3, true);
  tail.setUint32(end.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  for (let begin = 0; begin < end.length; begin += 64) {
    for (let i = 0; i < 16; i++) block[i] = tail.getInt32(begin + 4 * i, true);
    mix(state, block);
  }
  return Array.from(new Uint8Array(new Int32Array(state.map(littleEndian)).buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The word as it lies in memory lowest byte first, on any machine. */
function littleEndian(word: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, word, true);
  return new Int32Array(view.buffer)[0]!;
}

/** One block of 16 words. */
function mix(state: Int32Array, block: Int32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let f: number;
    let word: number;
    if (round === 0) {
      f = (b & c) | (~b & d);
      word = i;
    } else if (round === 1) {
      f = (b & d) | (c & ~d);
      word = 5 * i + 1;
    } else if (round === 2) {
      f = b ^ c ^ d;
      word = 3 * i + 5;
    } else {
      f = c ^ (b | ~d);
      word = 7 * i;
    }
    const sum = (a + f + sines[i]! + block[word & 15]!) | 0;
    const turn = turns[4 * round + (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}
