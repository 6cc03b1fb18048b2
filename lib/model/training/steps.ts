// The train, test and predict steps of a model, traced for several batches at once, and when they have to be traced anew.

import { isPlainObject, type Schema } from "../../config/index.js";
import { ArgumentError, text } from "../../core/errors.js";
import { Chainable, type Tensor } from "../../core/tensor.js";
import { tracedFunction, tracesInParts, type TracedFunction } from "../../graph/function.js";
import { packXYSampleWeight } from "../../data/pack.js";
import type { Optimizer } from "../../optimizers/index.js";
import { finish, type Parts } from "../../runtime/parts.js";
import type { Batch } from "./batches.js";
import type { Distribution, Merge } from "./distributed.js";
import type { Execution, StepLogs } from "./run.js";
import { Fingerprint } from "./staleness.js";

/** A model whose steps are made. */
interface Stepped {
  readonly name: string;
  readonly runEagerly: boolean;
  readonly compiled: boolean;
  readonly optimizer: Optimizer<Schema>;
}

export type StepKind = "train" | "test" | "predict";

/** The functions that run the steps of a model, made when first needed and anew when what they are made of has changed. */
export class Steps {
  readonly #model: Stepped & ConstructorParameters<typeof Fingerprint>[0];
  readonly #distribution: Distribution;
  readonly #step: (kind: StepKind, data: unknown) => Parts<unknown>;
  readonly #made = new Map<StepKind, { readonly execute: Execution<never>; readonly traced: { readonly tracingCount?: number } }>();
  #madeOf: Fingerprint | null = null;
  /** What steps change themselves while they are traced: counters of calls and the like. */
  readonly #volatile = new Set<string>();
  #traces = 0;

  /** @param step  the model's step of a kind, which may pause */
  constructor(
    model: Stepped & ConstructorParameters<typeof Fingerprint>[0],
    distribution: Distribution,
    step: (kind: StepKind, data: unknown) => Parts<unknown>,
  ) {
    this.#step = step;
    this.#model = model;
    this.#distribution = distribution;
  }

  train(): Execution<StepLogs> {
    return this.#logging("train");
  }

  test(): Execution<StepLogs> {
    return this.#logging("test");
  }

  predict(): Execution<unknown> {
    const step = this.#step;
    return this.#get("predict", (batch) => step("predict", packed(batch)), "concatenate");
  }

  /** Steps that answer losses and metrics. */
  #logging(kind: "train" | "test"): Execution<StepLogs> {
    const [model, step] = [this.#model, this.#step];
    return this.#get(kind, function* (batch) {
      return stepLogs(`${model.name}.${kind}Step`, yield* step(kind, packed(batch)));
    });
  }

  /** Lets go of what was made. */
  forget(kind?: StepKind): void {
    if (kind) this.#made.delete(kind);
    else {
      this.#made.clear();
      this.#volatile.clear();
    }
    this.#traces = this.#tracesNow();
    if (this.#made.size === 0) this.#madeOf = null;
  }

  /** Lets go of what was made if it would no longer do what an eager step does. To be called where user code may have changed something. */
  refresh(): void {
    if (this.#made.size === 0 || this.#model.runEagerly) return;
    const present = this.#fingerprint();
    if (present === this.#madeOf) return;
    const isStale = this.#madeOf!.changesTo(present).some((place) => !this.#volatile.has(place));
    this.#madeOf = present;
    if (!isStale) return;
    this.#made.clear();
    this.#traces = 0;
  }

  /** Notes what a step changed while it was traced: such changes are no reason to trace again. */
  settle(): void {
    const traces = this.#tracesNow();
    if (traces === this.#traces) return;
    this.#traces = traces;
    const present = this.#fingerprint();
    for (const key of this.#madeOf!.changesTo(present)) this.#volatile.add(key);
    this.#madeOf = present;
  }

  #fingerprint(): Fingerprint {
    const model = this.#model;
    const optimizer = model.compiled ? model.optimizer : null;
    return this.#madeOf?.now(optimizer) ?? new Fingerprint(model, optimizer);
  }

  #tracesNow(): number {
    let traces = 0;
    for (const { traced } of this.#made.values()) traces += traced.tracingCount ?? 0;
    return traces;
  }

  #get<R>(kind: StepKind, step: (batch: Batch) => Parts<R>, merge: Merge = "first"): Execution<R> {
    const found = this.#made.get(kind);
    if (found) return found.execute as Execution<R>;
    this.#madeOf ??= this.#fingerprint();
    const { strategy } = this.#distribution;
    const onAll = this.#distribution.step((batch: Batch) => finish(step(batch)), merge);
    const pausing = function* (batches: readonly Batch[]): Parts<R> {
      let answer: R | undefined;
      for (const batch of batches) {
        yield;
        answer = strategy ? onAll(batch) : yield* step(batch);
      }
      yield;
      return answer!;
    };
    const inOrder = (batches: readonly Batch[]): R => finish(pausing(batches));
    tracesInParts(inOrder, pausing);
    const traced = this.#model.runEagerly ? inOrder : (tracedFunction(inOrder, { name: `${kind}_step` }) as Execution<R>);
    const execute = this.#distribution.execution(traced, merge, kind === "train");
    this.#made.set(kind, { execute: execute as Execution<never>, traced: traced as Partial<TracedFunction<never>> });
    return execute;
  }
}

/** A batch as Keras gives it to steps: inputs alone stand for themselves, but for an array of them, and for what a user put into one. */
const packed = (batch: Batch): unknown => (batch.length === 1 ? batch : packXYSampleWeight(batch[0], batch[1] ?? null, batch[2] ?? null));

/** What a step answers, checked: losses and metrics by name, records among them spread. @throws ArgumentError for anything else */
export function stepLogs(where: string, answer: unknown): StepLogs {
  if (!isPlainObject(answer)) {
    throw new ArgumentError(where, {
      given: answer === undefined ? "nothing as its answer" : `the answer ${text(answer)}`,
      expected: "losses and metrics by name",
      hint: "End it with: return { loss: … }",
    });
  }
  const logs: Record<string, Tensor | number> = {};
  for (const [name, value] of Object.entries(answer)) {
    if (value instanceof Chainable) logs[name] = value.value();
    else if (typeof value === "number") logs[name] = value;
    else if (isPlainObject(value)) Object.assign(logs, stepLogs(where, value));
    else throw new ArgumentError(`${where}.${name}`, { given: `the answer ${text(value)}`, expected: "a number or a scalar tensor" });
  }
  return logs;
}
