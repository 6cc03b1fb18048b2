/** How a case went. `unsupported` is a name, dtype or form of argument that kerasm does not have. */
export type Outcome = { readonly status: "passed" } | { readonly status: "failed" | "unsupported"; readonly message: string };

/** What a case needs and kerasm does not have. */
export class Unsupported extends Error {}

/** A result that differs from Keras's. */
export class Mismatch extends Error {}
