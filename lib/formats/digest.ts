// Digests of bytes, by which files are told apart.

/** The digest of bytes, in hexadecimal. @throws TypeError in a page without a secure context, which has no SHA-256 */
export async function digest(bytes: Uint8Array, algorithm: "sha256" | "md5"): Promise<string> {
  if (algorithm === "md5") return (await import("./md5.js")).md5(bytes);
  const found = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
