// Files as records: one file after the other is read by pieces, of which a parser makes records.

import type { Later } from "../later.js";
import { END, type Cursor, type End, type Position, type Stream } from "../streams/stream.js";
import { nameOf, pieces, type FileSource } from "./bytes.js";

/** Makes records of the bytes of one file, which come in pieces. */
export interface Parser<T> {
  /** The records that are whole with this piece. A `Failure` stands for one that is damaged. */
  push(piece: Uint8Array): readonly (T | Failure)[];
  /** The records that the end of the file makes whole. */
  end(): readonly (T | Failure)[];
  /** Bytes behind which the records so far end. */
  readonly consumed: number;
}

/** A damaged record: its error comes when it is its turn. */
export class Failure {
  constructor(readonly error: Error) {}
}

export interface FileOptions<T> {
  readonly where: string;
  readonly compression: "gzip" | "deflate" | null;
  readonly bufferSize: number | null;
  /** A parser for a file, from an offset on that is 0 or one where records end. */
  parser(file: string, from: number): Parser<T>;
}

/**
 * The records of files, one file after the other. Its position is a place in a file: nothing is read twice but what lies behind one piece.
 */
export class FileRecords<T> implements Cursor<T> {
  /** The file that is read, and what it is called. */
  #file: FileSource | null = null;
  #name = "";
  /** Where the present records begin, how many of them were given, and how many were given of the file in all. */
  #start = 0;
  #taken = 0;
  #count = 0;
  #records: readonly (T | Failure)[] = [];
  #reading: { readonly pieces: AsyncGenerator<Uint8Array>; readonly parser: Parser<T>; readonly from: number } | null = null;
  /** Where the input stood before the present file. */
  #before: Position;

  constructor(
    readonly files: Cursor<FileSource>,
    readonly options: FileOptions<T>,
  ) {
    this.#before = files.save();
  }

  next(): Later<T | End> {
    if (this.#taken < this.#records.length) return this.#give();
    return this.#more();
  }

  #give(): T {
    const record = this.#records[this.#taken++]!;
    this.#count++;
    if (record instanceof Failure) throw record.error;
    return record;
  }

  async #more(): Promise<T | End> {
    for (;;) {
      if (this.#file === null && !(await this.#open())) return END;
      await this.#read();
      if (this.#taken < this.#records.length) return this.#give();
    }
  }

  async #open(): Promise<boolean> {
    const before = this.files.save();
    const file = await this.files.next();
    if (file === END) return false;
    [this.#before, this.#file] = [before, file];
    this.#name = nameOf(file);
    [this.#start, this.#taken, this.#count, this.#records, this.#reading] = [0, 0, 0, [], null];
    return true;
  }

  /** Reads the next records of the file; after its last ones there is no file. What fails ends the file. */
  async #read(): Promise<void> {
    const { where, compression, bufferSize, parser } = this.options;
    try {
      this.#reading ??= {
        pieces: pieces(where, this.#file!, compression, this.#start, bufferSize ?? undefined),
        parser: parser(this.#name, this.#start),
        from: this.#start,
      };
      const reading = this.#reading;
      const { done, value } = await reading.pieces.next();
      this.#start = reading.from + reading.parser.consumed;
      this.#records = done ? reading.parser.end() : reading.parser.push(value);
      this.#taken = 0;
      if (done) [this.#file, this.#reading] = [null, null];
    } catch (error) {
      [this.#file, this.#reading, this.#records, this.#taken] = [null, null, [], 0];
      throw error;
    }
  }

  save(): Position {
    // After the last records of a file it is still that file's: they are given from its last place.
    const isInFile = this.#file !== null || this.#taken < this.#records.length;
    return isInFile ? [this.#before, this.#start, this.#taken, this.#count] : [this.files.save(), 0, 0, 0];
  }

  async restore(position: Position): Promise<void> {
    const [before, start, taken, count] = position as [Position, number, number, number];
    await this.#reading?.pieces.return(undefined);
    [this.#file, this.#reading, this.#records, this.#taken] = [null, null, [], 0];
    await this.files.restore(before);
    this.#before = before;
    if (start === 0 && taken === 0) return;
    if (!(await this.#open())) return;
    this.#start = start;
    let left = taken;
    while (left > 0 && this.#file !== null) {
      await this.#read();
      this.#taken = Math.min(left, this.#records.length);
      left -= this.#taken;
    }
    this.#count = count;
  }

  where(): string | null {
    if (this.#count === 0) return null;
    return `record ${this.#count - 1} of ${this.#name}`;
  }

  async close(): Promise<void> {
    await this.#reading?.pieces.return(undefined);
    await this.files.close?.();
  }
}

/** The records of files as a stream. */
export const fileRecords = <T>(files: Stream<FileSource>, options: FileOptions<T>): Cursor<T> => new FileRecords(files.open(), options);
