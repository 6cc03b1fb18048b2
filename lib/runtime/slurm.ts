// What Slurm says of a job step: its hosts, its tasks by host, and which one this process is.

/** A job step. */
export interface SlurmStep {
  /** The hosts as Slurm writes them, and one by one; null where they can't be read. */
  readonly list: string;
  readonly hosts: readonly string[] | null;
  /** Tasks of each host; null where they are not said, or can't be read. */
  readonly tasks: readonly number[] | null;
  readonly rank: number;
}

/** The hosts of a list as Slurm writes it: `n[1-2,7],m5` is n1, n2, n7, m5. Null for what is none. */
export function expandHostlist(list: string): string[] | null {
  const parts = list.match(/(?:[^,[\]]|\[[^[\]]*\])+/g) ?? [];
  if (parts.length === 0 || parts.join(",") !== list) return null;
  const all: string[] = [];
  for (const part of parts) {
    const [, head = "", ranges, tail = ""] = /^([^[]*)(?:\[([^\]]*)\](.*))?$/.exec(part)!;
    const numbers = ranges === undefined ? [""] : expandRanges(ranges);
    const tails = tail === "" ? [""] : expandHostlist(tail);
    if (!numbers || !tails) return null;
    for (const number of numbers) for (const rest of tails) all.push(head + number + rest);
  }
  return all;
}

/** `1-3,07` is 1, 2, 3, 07. */
function expandRanges(ranges: string): string[] | null {
  const all: string[] = [];
  for (const range of ranges.split(",")) {
    const bounds = /^(\d+)(?:-(\d+))?$/.exec(range);
    const [, first = "", last = first] = bounds ?? [];
    if (!bounds || Number(last) < Number(first)) return null;
    for (let number = Number(first); number <= Number(last); number++) all.push(String(number).padStart(first.length, "0"));
  }
  return all;
}

/** Tasks by host as Slurm writes them: `3(x2),1` is 3, 3, 1. Null for what is none. */
export function expandTasksPerNode(list: string): number[] | null {
  const all: number[] = [];
  for (const part of list.split(",")) {
    const found = /^(\d+)(?:\(x(\d+)\))?$/.exec(part.trim());
    if (!found) return null;
    for (let i = 0; i < Number(found[2] ?? 1); i++) all.push(Number(found[1]));
  }
  return all;
}

/** The job step of this process, by its environment; null outside of one. */
export function slurmStep(env: Readonly<Record<string, string | undefined>>): SlurmStep | null {
  const list = env.SLURM_STEP_NODELIST ?? env.SLURM_JOB_NODELIST;
  const tasks = env.SLURM_STEP_TASKS_PER_NODE ?? env.SLURM_TASKS_PER_NODE;
  if (!list || !env.SLURM_PROCID) return null;
  return { list, hosts: expandHostlist(list), tasks: tasks ? expandTasksPerNode(tasks) : null, rank: Number(env.SLURM_PROCID) };
}
