// What can't be converted is refused with the place where it stands.

/** A construct that autograph does not take, with file, line and column: `app.js:3:5: autograph: given …; expected …. hint`. */
export class AutographError extends Error {
  override readonly name = "AutographError";

  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly given: string,
    readonly expected: string,
    readonly hint = "",
  ) {
    super(`${file ? `${file}:` : ""}${line}:${column}: autograph: given ${given}; expected ${expected}.${hint && ` ${hint}`}`);
  }
}
