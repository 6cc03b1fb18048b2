// Live charts of a training: what `fit` tells is kept as points, and drawn when the page draws its next frame.
//
//  (1) Values of batches are read a few times in a frame at most: to read one takes time, and nobody sees more.
//  (2) A chart is drawn in frames of the page only, so that a page that is hidden costs nothing; after training all of it is drawn.

import { list, nullable, positiveInteger, schema, string, type Options } from "../config/index.js";
import { ArgumentError, NotSupportedError, text } from "../core/errors.js";
import { Callback, type Logs } from "../callbacks/callback.js";
import { short } from "./axis.js";
import type { LiveChart } from "./live-chart.js";
import { domOf, element } from "./markup.js";
import { type Container, pictureOptions, tableOf } from "./picture.js";
import { Points } from "./points.js";

const options = schema([], {
  theme: pictureOptions.fields.theme,
  /** Which losses and metrics are shown; default: all. */
  metrics: nullable(list(string())),
  /** Pixels of a chart. */
  height: positiveInteger(180),
});
/** Milliseconds between two values of batches. */
const PATIENCE = 25;

/** What `trainingCharts` takes. */
export type TrainingChartsOptions = Options<typeof options>;

/** A chart and its lines. */
interface Panel {
  readonly chart: Promise<LiveChart>;
  readonly lines: Map<string, Points>;
}

/** Charts of a training in a page: a callback for `fit`. */
export class TrainingCharts extends Callback {
  readonly #container: HTMLElement;
  readonly #options: ReturnType<typeof options.parse>;
  readonly #panels = new Map<string, Panel>();
  readonly #charts: HTMLElement;
  readonly #status: HTMLElement;
  readonly #table: HTMLElement;
  /** What was told of each epoch. */
  #epochs: { readonly epoch: number; readonly values: ReadonlyMap<string, number> }[] = [];
  #step = 0;
  #began = 0;
  #read = -Infinity;
  #isAsked = false;

  constructor(place: Container, given: TrainingChartsOptions = {}) {
    super();
    const where = "visor.trainingCharts";
    this.#options = options.parse(where, [given]);
    if (typeof document === "undefined")
      throw new NotSupportedError(where, {
        given: "no page",
        expected: "a page",
        hint: "plotHistory(history) draws the same after training.",
      });
    if (!(place instanceof HTMLElement))
      throw new ArgumentError(`${where}.container`, { given: text(place), expected: "an element of the page" });
    this.#container = place;
    this.#charts = domOf(
      element("div", { style: "display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr))" }),
    ) as HTMLElement;
    this.#status = domOf(element("p", { role: "status", style: "margin:4px 0" }, "No training yet.")) as HTMLElement;
    this.#table = domOf(element("details", {}, element("summary", {}, "Numbers"))) as HTMLElement;
    this.#container.replaceChildren(this.#status, this.#charts, this.#table);
  }

  /** Forgets what was drawn. */
  clear(): void {
    for (const { chart } of this.#panels.values()) void chart.then((each) => each.remove());
    this.#panels.clear();
    this.#epochs = [];
    this.#step = 0;
    this.#status.textContent = "No training yet.";
    this.#drawTable();
  }

  override onTrainBatchBegin(): void {
    this.#began = performance.now();
  }

  override onTrainBatchEnd(_batch: number, logs: Logs): void {
    const now = performance.now();
    this.#step++;
    this.#add("step time", "milliseconds", this.#step, now - this.#began);
    if (now - this.#read < PATIENCE) return;
    this.#read = now;
    for (const name of Object.keys(logs)) if (this.#isShown(name)) this.#add(name, name, this.#step, logs[name]!);
    this.#add("learning rate", "learning rate", this.#step, this.#learningRate());
    this.#ask();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const names = Object.keys(logs).filter((name) => this.#isShown(name));
    for (const name of names)
      this.#add(name.replace(/^val_/, ""), name.startsWith("val_") ? "validation" : "epoch", this.#step, logs[name]!);
    this.#epochs.push({ epoch: epoch + 1, values: new Map(names.map((name) => [name, logs[name]!])) });
    const values = names.map((name) => `${name} ${short(logs[name]!)}`).join(", ");
    this.#status.textContent = `Epoch ${epoch + 1} of ${this.params.epochs}: ${values}`;
    this.#drawTable();
    this.#ask();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#draw();
  }

  #isShown(name: string): boolean {
    const { metrics } = this.#options;
    return metrics === null || metrics.includes(name.replace(/^val_/, ""));
  }

  #learningRate(): number {
    const rate = this.model.optimizer.learningRate as unknown;
    if (typeof rate === "number") return rate;
    try {
      return (rate as { item(): number }).item();
    } catch {
      return NaN;
    }
  }

  #add(name: string, line: string, x: number, y: number): void {
    let panel = this.#panels.get(name);
    if (!panel) {
      const { height, theme } = this.#options;
      const chart = import("./live-chart.js").then(({ LiveChart }) => LiveChart.make(this.#charts, { name, height, theme }));
      this.#panels.set(name, (panel = { chart, lines: new Map() }));
    }
    let points = panel.lines.get(line);
    if (!points) panel.lines.set(line, (points = new Points()));
    points.add(x, y);
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      void this.#draw();
    });
  }

  async #draw(): Promise<void> {
    for (const { chart, lines } of [...this.#panels.values()]) (await chart).draw(lines);
  }

  #drawTable(): void {
    const caption = "Values of each epoch";
    // Not every epoch has all: validation may come every few.
    const names = [...new Set(this.#epochs.flatMap(({ values }) => [...values.keys()]))];
    const cells = (values: ReadonlyMap<string, number>) => names.map((name) => (values.has(name) ? short(values.get(name)!) : ""));
    const rows = this.#epochs.map(({ epoch, values }) => [epoch, ...cells(values)]);
    const table = element(
      "div",
      { style: "overflow-x:auto", tabindex: 0, role: "region", "aria-label": caption },
      tableOf(caption, { head: ["epoch", ...names], rows }),
    );
    this.#table.replaceChildren(this.#table.firstChild!, ...(rows.length > 0 ? [domOf(table)] : []));
  }
}

/**
 * Live charts of a training in a page: loss and metrics of batches and epochs, validation, learning rate, step time.
 *
 * ```ts
 * const charts = trainingCharts(document.querySelector("#charts"));
 * await model.fit(…, { callbacks: [charts] });
 * ```
 *
 * Each chart can be reached with the keyboard: arrow keys go from point to point, and what they stand on is read out. All numbers are
 * in a table below.
 *
 * @param container  an element of the page; what was in it goes
 * @param given      `metrics`: names of those to show; `height` of a chart in pixels; `theme`: "auto", "light" or "dark"
 * @throws NotSupportedError outside of a page, where plotHistory draws the same afterwards
 */
export function trainingCharts(container: Container, given: TrainingChartsOptions = {}): TrainingCharts {
  return new TrainingCharts(container, given);
}
