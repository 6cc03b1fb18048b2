import { fileURLToPath } from "node:url";

/** The repository, seen from build/bench/harness. */
export const repository = fileURLToPath(new URL("../../../", import.meta.url));
