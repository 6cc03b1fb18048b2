// Stacks of calls: which frames are the user's, which are the package's own.

import { switches } from "./defaults.js";

export interface Stack {
  stack?: string;
}

/** Where the caller is; engines make the text when it is asked for. */
export function stackHere(limit: number): Stack {
  return withStackLimit(limit, () => new Error());
}

/** Runs an action that makes an error, with room for so many frames. */
export function withStackLimit<T>(limit: number, action: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  try {
    return action();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/**
 * The folder of the package's files: what stands in it is not the user's. Bundles of CommonJS and of scripts have no address: none is
 * known.
 */
const ownAddress = (import.meta as { url?: string }).url;
const ownFiles = ownAddress === undefined ? null : `${ownAddress.split("/").slice(0, -2).join("/")}/`;

const isFrame = (line: string): boolean => /^\s+at |:\d+:\d+\)?$/.test(line);
const hasPlace = (frame: string): boolean => /:\d+:\d+\)?$/.test(frame);
const isUsers = (frame: string): boolean => hasPlace(frame) && !(ownFiles !== null && frame.includes(ownFiles)) && !frame.includes("node:");

/** The frames of a stack that are not the package's own. */
export const usersFrames = (stack: string | undefined): string[] =>
  (stack ?? "").split("\n").filter((line) => isFrame(line) && isUsers(line));

/** The same stack with the user's frames before the package's own: the line to look at comes first. */
export function usersFirst(stack: string): string {
  if (!switches.tracebackFiltering) return stack;
  const lines = stack.split("\n");
  const begin = lines.findIndex(isFrame);
  if (begin < 0) return stack;
  const frames = lines.slice(begin);
  const users = frames.filter(isUsers);
  if (users.length === 0) return stack;
  return [...lines.slice(0, begin), ...users, ...frames.filter((frame) => !isUsers(frame))].join("\n");
}
