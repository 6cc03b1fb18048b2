// Which files of a pipeline are read, where several processes divide them among themselves.

import { ArgumentError } from "../../core/errors.js";

/** One process's share of the files: every count-th, beginning with number index. */
export class FilePart {
  #sources = 0;
  #isOpen = true;

  /** @param isRequired  whether every process has to get a file: else too few of them are not divided */
  constructor(
    readonly count: number,
    readonly index: number,
    readonly isRequired: boolean,
  ) {}

  /**
   * Asked by a source of files when it is opened: whether to read a share. @param files  how many there are, null where nobody knows yet
   */
  divides(where: string, files: number | null): boolean {
    if (!this.#isOpen) return this.#sources > 0;
    if (files !== null && files < this.count) {
      if (!this.isRequired) return false;
      throw new ArgumentError(where, {
        given: `${files} ${files === 1 ? "file" : "files"} for ${this.count} processes`,
        expected: "a file for each at least",
        hint: "AutoShardPolicy.DATA divides the elements.",
      });
    }
    this.#sources++;
    return true;
  }

  /** The pipeline is open. @returns whether it has files that are divided */
  found(): boolean {
    this.#isOpen = false;
    return this.#sources > 0;
  }
}
