// Where the time of programs goes: as a table, or as a trace for chrome://tracing and Perfetto.
//
//  (1) A program that is profiled runs step by step, so its steps don't overlap; values are the same.
//  (2) While a recording is under way, every program that runs on this thread is recorded, within the step that runs it if there is one.

import type { Tensor } from "../core/tensor.js";
import type { Executable } from "./executable.js";
import { median, Timeline, timeTable, type StepTime } from "./timeline.js";

/** What the programs that ran meanwhile took. */
export interface Recording {
  readonly steps: readonly StepTime[];
  /** Sum of the steps' times for one run of each, milliseconds. */
  readonly stepsMs: number;
  /** The slowest operations first, as a table. */
  toString(): string;
  /** The JSON of a trace file for chrome://tracing or ui.perfetto.dev. */
  chromeTrace(): string;
}

/** What one run of a program took, step by step. */
export interface Profile extends Recording {
  /** Median time of a whole run as one program, milliseconds. */
  readonly runMs: number;
}

let recorded: Timeline | null = null;

/** Records a run where somebody asked for it. @returns null where nobody did */
export const recordRun = (executable: Executable, inputs: readonly Tensor[]): Tensor[] | null =>
  recorded && timedRun(executable, inputs, recorded);

/** Whether runs are recorded now. */
export const isRecordingRuns = (): boolean => recorded !== null;

function timedRun(executable: Executable, inputs: readonly Tensor[], timeline: Timeline): Tensor[] {
  const before = recorded;
  recorded = timeline;
  const begin = performance.now();
  try {
    return executable.runTimed(inputs, (step, from, to) => timeline.step(step, from, to));
  } finally {
    timeline.program(executable.graph.name, begin, performance.now());
    recorded = before;
  }
}

/**
 * Runs the program `repeats` times as a whole and as often step by step. Variables are afterwards what they were; other effects happen each
 * time.
 */
export function profile(executable: Executable, inputs: readonly Tensor[], repeats = 20): Profile {
  const before = executable.written.map((state) => [state, state.view().slice()] as const);
  try {
    const whole: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const begin = performance.now();
      executable.run(inputs);
      whole.push(performance.now() - begin);
    }
    const timeline = new Timeline();
    for (let i = 0; i < repeats; i++) timedRun(executable, inputs, timeline);
    const runMs = median(whole);
    const recording = recordingOf(timeline);
    return { ...recording, runMs, toString: () => `${recording.toString()}\none run as a whole: ${runMs.toFixed(3)} ms` };
  } finally {
    for (const [state, elements] of before) state.load(elements);
  }
}

function recordingOf(timeline: Timeline): Recording {
  const { steps } = timeline;
  return {
    steps,
    stepsMs: steps.reduce((sum, { ms }) => sum + ms, 0),
    toString: () => timeTable(steps),
    chromeTrace: () => timeline.chromeTrace(),
  };
}

/** Time of the operations of traced functions. TensorFlow: tf.profiler. */
export const profiler = {
  /**
   * Records every program that runs while the function does, a step at a time: traced functions, `fit`, `evaluate`, `predict`.
   *
   * ```ts
   * const square = tf.function((x: tf.Tensor) => tf.reduceSum(x.mul(x)));
   * const recording = await tf.profiler.profile(() => square(tf.ones([8])));
   * console.log(String(recording));
   * recording.chromeTrace(); // the JSON of a file for ui.perfetto.dev, …
   * ```
   */
  async profile(action: () => unknown): Promise<Recording> {
    const before = recorded;
    const timeline = (recorded = new Timeline());
    try {
      await action();
    } finally {
      recorded = before;
    }
    return recordingOf(timeline);
  },
};
