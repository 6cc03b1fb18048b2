// By the wall, or by the processor: on a machine that others use too, one thread's work is measured by the time that it had the processor.

/** The environment variable that tells other processes and threads of a run which clock to read. */
const CLOCK = "KERASM_BENCH_CLOCK";

const processor = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Milliseconds. */
export let now: () => number = process.env[CLOCK] === "cpu" ? processor : () => performance.now();

/** From here on, here and in what is started: the processor's clock. */
export function useProcessorClock(): void {
  process.env[CLOCK] = "cpu";
  now = processor;
}
