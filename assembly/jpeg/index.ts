// What takes time in reading a JPEG file: a program of its own with a memory of its own, since threads that decode have no kernels
// (lib/formats/jpeg/program.ts lays out what it reads and writes).

export { samples } from "./inverse";
export { color, interleave, spread } from "./planes";
export { scan } from "./scan";

/** From here on memory is the caller's. */
export function begin(): usize {
  return (__heap_base + 15) & ~15;
}
