// One chart of a page that is drawn again and again, by uPlot, which comes with the first chart.

import uPlot from "uplot";
import { short } from "./axis.js";
import { domOf, element } from "./markup.js";
import { dark, light, seriesToken, type Theme } from "./palette.js";
import type { Points } from "./points.js";

/** What uPlot needs of its style sheet, as far as our charts have it. */
const style = `
.kerasm-chart .uplot{width:min-content;font:12px system-ui,sans-serif;line-height:1.4}
.kerasm-chart .uplot,.kerasm-chart .uplot *{box-sizing:border-box}
.kerasm-chart .u-wrap{position:relative;user-select:none}
.kerasm-chart .u-over,.kerasm-chart .u-under,.kerasm-chart .u-axis{position:absolute}
.kerasm-chart .u-under{overflow:hidden}
.kerasm-chart canvas{display:block;position:relative;width:100%;height:100%}
.kerasm-chart .u-cursor-x,.kerasm-chart .u-cursor-y,.kerasm-chart .u-cursor-pt{position:absolute;left:0;top:0;pointer-events:none}
.kerasm-chart .u-cursor-x{height:100%;border-right:1px dashed #8c959f}
.kerasm-chart .u-cursor-pt{border-radius:50%;border:0 solid;background-clip:padding-box!important}
.kerasm-chart .u-off{display:none}
.kerasm-chart:focus-visible{outline:2px solid #58a6ff;outline-offset:2px}`;

/** Styles are taken over where a strict page's policy would refuse a <style>. */
function addStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
let hasStyle = false;

/** A chart: a canvas, a line of values below, reachable with the keyboard. */
export class LiveChart {
  readonly #figure: HTMLElement;
  readonly #canvas: HTMLElement;
  readonly #values: HTMLElement;
  readonly #name: string;
  readonly #height: number;
  readonly #theme: Theme;
  readonly #resized: ResizeObserver;
  readonly #night = matchMedia("(prefers-color-scheme: dark)");
  #plot: uPlot | null = null;
  #names: string[] = [];
  #at: number | null = null;

  private constructor(parent: HTMLElement, { name, height, theme }: { name: string; height: number; theme: Theme }) {
    [this.#name, this.#height, this.#theme] = [name, height, theme];
    const says = `${name}: a chart; arrow keys go through its points`;
    this.#figure = domOf(
      element(
        "figure",
        { style: "margin:0;min-width:0" },
        element("figcaption", { style: "font-weight:600" }, name),
        element("div", { class: "kerasm-chart", tabindex: 0, role: "group", "aria-label": says, style: "overflow:hidden" }),
        element("p", { style: "margin:0;min-height:1.4em;font-size:12px", class: "kerasm-values" }),
      ),
    ) as HTMLElement;
    this.#canvas = this.#figure.querySelector("div")!;
    this.#values = this.#figure.querySelector("p")!;
    this.#canvas.addEventListener("keydown", (event) => this.#pressed(event));
    this.#canvas.addEventListener("blur", () => {
      this.#values.removeAttribute("aria-live");
      this.#point(null);
    });
    this.#night.addEventListener("change", this.#repaint);
    this.#resized = new ResizeObserver(() => this.#plot?.setSize({ width: this.#width, height: this.#height }));
    parent.append(this.#figure);
    this.#resized.observe(this.#figure);
  }

  /** Makes a chart as the last one of its parent. */
  static make(parent: HTMLElement, options: { name: string; height: number; theme: Theme }): LiveChart {
    if (!hasStyle) addStyle();
    hasStyle = true;
    return new LiveChart(parent, options);
  }

  get #width(): number {
    return Math.max(200, Math.floor(this.#figure.clientWidth));
  }

  get #colors(): typeof light {
    return this.#theme === "dark" || (this.#theme === "auto" && this.#night.matches) ? dark : light;
  }

  readonly #repaint = (): void => {
    this.#plot?.redraw(false);
  };

  /** Draws lines as they are now. */
  draw(lines: ReadonlyMap<string, Points>): void {
    const data = joined([...lines.values()]);
    const names = [...lines.keys()];
    if (this.#plot && names.length === this.#names.length) this.#plot.setData(data);
    else {
      this.#plot?.destroy();
      this.#names = names;
      this.#plot = new uPlot(this.#options(names), data, this.#canvas);
      this.#plot.root.setAttribute("aria-hidden", "true");
    }
    if (this.#at === null) this.#tell(data[0].length - 1, " now");
  }

  #options(names: readonly string[]): uPlot.Options {
    const axis = {
      stroke: () => this.#colors.muted,
      grid: { stroke: () => this.#colors.line, width: 1 },
      ticks: { show: false },
      font: "11px system-ui",
    };
    const values = (_: uPlot, splits: number[]) => splits.map(short);
    return {
      width: this.#width,
      height: this.#height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, values, size: 28 },
        { ...axis, values, size: 50 },
      ],
      series: [
        {},
        ...names.map((label, i) => {
          const isOfEpochs = label === "epoch" || label === "validation";
          const stroke = () => this.#colors[seriesToken(i)];
          return { label, stroke, width: isOfEpochs ? 2 : 1.5, spanGaps: true, points: { show: isOfEpochs } };
        }),
      ],
      hooks: { setCursor: [({ cursor }) => this.#at === null && cursor.idx != null && this.#tell(cursor.idx, "")] },
    };
  }

  /** Says in words what the lines are at a point. */
  #tell(index: number, when: string): void {
    const { data } = this.#plot!;
    if (index < 0) return;
    const values = this.#names.flatMap((name, i) => {
      const value = data[i + 1]![index];
      return value == null ? [] : [this.#names.length === 1 ? short(value) : `${name} ${short(value)}`];
    });
    this.#values.textContent = `step ${data[0][index]}${when}: ${values.join(", ")}`;
  }

  /** Only what somebody asked for with the keyboard is read out: values change all the time. */
  #pressed(event: KeyboardEvent): void {
    const last = (this.#plot?.data[0].length ?? 0) - 1;
    if (last < 0) return;
    const pace = Math.max(1, Math.round(last / 50));
    const from = this.#at ?? last;
    const moves: Readonly<Record<string, number | null>> = {
      ArrowLeft: from - pace,
      ArrowRight: from + pace,
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const to = moves[event.key]!;
    this.#values.setAttribute("aria-live", "polite");
    this.#point(to === null ? null : Math.max(0, Math.min(last, to)));
  }

  #point(index: number | null): void {
    this.#at = index;
    const plot = this.#plot;
    if (!plot) return;
    if (index === null) plot.setCursor({ left: -10, top: -10 });
    else {
      plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, "x"), top: 0 });
      this.#tell(index, "");
    }
  }

  remove(): void {
    this.#resized.disconnect();
    this.#night.removeEventListener("change", this.#repaint);
    this.#plot?.destroy();
    this.#figure.remove();
  }
}

/** Lines as uPlot takes them: one list of x, and for each line its y there, null where it has none. */
function joined(lines: readonly Points[]): [number[], ...(number | null)[][]] {
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  const places = new Map(xs.map((x, i) => [x, i]));
  const ys = lines.map((line) => {
    const values = new Array<number | null>(xs.length).fill(null);
    line.xs.forEach((x, i) => (values[places.get(x)!] = line.ys[i]!));
    return values;
  });
  return [xs, ...ys];
}
