// Parsers of files: records of TFRecord, lines of text, records of one length.

import { ValueError } from "../../core/errors.js";
import { joined } from "../../formats/bytes.js";
import { maskedCrc } from "../../formats/tfevents.js";
import { Failure, type Parser } from "./records.js";

/** What must lie before a record, and after its length: eight bytes of length, four of checksum; four more behind it. */
const HEAD = 12;
const TAIL = 4;

/** Records of a TFRecord file, whose checksums must fit. */
export class TFRecords implements Parser<Uint8Array> {
  consumed = 0;
  #count = 0;
  /** Pieces that wait for a long record, and the bytes that it needs. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #needed = 0;
  #isLost = false;

  constructor(
    readonly where: string,
    readonly file: string,
    readonly from: number,
  ) {}

  push(piece: Uint8Array): readonly (Uint8Array | Failure)[] {
    if (this.#isLost) return [];
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes < this.#needed) return [];
    const bytes = joined(this.#waiting);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const records: (Uint8Array | Failure)[] = [];
    let at = 0;
    this.#needed = 0;
    while (at + HEAD <= bytes.length) {
      if (view.getUint32(at + 8, true) !== maskedCrc(bytes.subarray(at, at + 8))) {
        records.push(this.#damaged("a length whose checksum does not fit", at));
        this.#isLost = true; // where the next record begins is not known
        break;
      }
      const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      const end = at + HEAD + length + TAIL;
      if (end > bytes.length) {
        this.#needed = end - at;
        break;
      }
      const record = bytes.slice(at + HEAD, end - TAIL);
      const fits = view.getUint32(end - TAIL, true) === maskedCrc(record);
      records.push(fits ? record : this.#damaged("content whose checksum does not fit", at));
      this.#count++;
      at = end;
    }
    const left = bytes.subarray(at);
    [this.#waiting, this.#waitingBytes] = [left.length > 0 ? [left] : [], left.length];
    this.consumed += at;
    return records;
  }

  end(): readonly (Uint8Array | Failure)[] {
    return this.#waitingBytes > 0 && !this.#isLost ? [this.#damaged(`${this.#waitingBytes} bytes of a record that is cut off`, 0)] : [];
  }

  #damaged(given: string, at: number): Failure {
    return new Failure(
      new ValueError(this.where, {
        given: `${given}, in record ${this.#count}${this.from > 0 ? ` from byte ${this.from}` : ""} of ${this.file}, at byte ${this.from + this.consumed + at}`,
        expected: "a whole TFRecord file",
        hint: "Is it compressed? Then say so by compressionType.",
      }),
    );
  }
}

const decoder = new TextDecoder();

/** Lines of a text in UTF-8, without their ends. */
export class Lines implements Parser<string> {
  consumed = 0;
  #rest: Uint8Array = new Uint8Array(0);

  push(piece: Uint8Array): readonly string[] {
    const bytes = joined(this.#rest.length > 0 ? [this.#rest, piece] : [piece]);
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = bytes.subarray(end);
    this.consumed += end;
    if (end === 0) return [];
    return linesOf(decoder.decode(bytes.subarray(0, end - 1)));
  }

  end(): readonly string[] {
    return this.#rest.length > 0 ? linesOf(decoder.decode(this.#rest)) : [];
  }
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (text.includes("\r")) for (let i = 0; i < lines.length; i++) if (lines[i]!.endsWith("\r")) lines[i] = lines[i]!.slice(0, -1);
  return lines;
}

export interface FixedLength {
  readonly recordBytes: number;
  readonly headerBytes: number;
  readonly footerBytes: number;
}

/** Records of one length between a header and a footer. */
export class FixedRecords implements Parser<Uint8Array> {
  consumed = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #skip: number;

  constructor(
    readonly where: string,
    readonly file: string,
    readonly from: number,
    readonly options: FixedLength,
  ) {
    this.#skip = from === 0 ? options.headerBytes : 0;
  }

  push(piece: Uint8Array): readonly Uint8Array[] {
    const { recordBytes, footerBytes } = this.options;
    let bytes = joined(this.#rest.length > 0 ? [this.#rest, piece] : [piece]);
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      this.consumed += skipped;
      bytes = bytes.subarray(skipped);
    }
    const count = Math.max(0, Math.floor((bytes.length - footerBytes) / recordBytes));
    const records = Array.from({ length: count }, (_, i) => bytes.slice(i * recordBytes, (i + 1) * recordBytes));
    this.#rest = bytes.subarray(count * recordBytes);
    this.consumed += count * recordBytes;
    return records;
  }

  end(): readonly Failure[] {
    const { recordBytes, footerBytes } = this.options;
    if (this.#rest.length === footerBytes && this.#skip === 0) return [];
    return [
      new Failure(
        new ValueError(this.where, {
          given: `${this.#rest.length} bytes at the end of ${this.file}`,
          expected: `records of ${recordBytes} bytes, then ${footerBytes}`,
        }),
      ),
    ];
  }
}
