// Choice by a bool tensor, with broadcasting of all three. Units are elements of the output.
import { TernaryArgs, choose } from "./rows";

/** y = c ? a : b for elements of 32 bits. */
export function where_32(args: TernaryArgs, begin: usize, end: usize): void {
  choose(args, 2, begin, end);
}

/** y = c ? a : b for elements of 8 bits. */
export function where_8(args: TernaryArgs, begin: usize, end: usize): void {
  choose(args, 0, begin, end);
}
