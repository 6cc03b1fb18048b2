// A picture: a drawing in SVG with what it says in words and as a table; as text, and in a page as a figure.

import { boolean, field, invalid, nullable, oneOf, schema, string } from "../config/index.js";
import { NotSupportedError } from "../core/errors.js";
import { domOf, element, type Markup, textOf } from "./markup.js";
import { darkStyle, paint, type Theme, type Token } from "./palette.js";

/** An element of a page that shows a picture. */
export interface Container {
  replaceChildren(...nodes: never[]): void;
}

const container = field<Container>({
  expected: "an element of a page",
  takesObjects: true,
  parse: (value) => (typeof value === "object" && value !== null && "replaceChildren" in value ? (value as Container) : invalid),
});

/** Below, nothing of a picture has room. */
const LEAST_WIDTH = 120;

const widthInPixels = field<number>({
  expected: `a number from ${LEAST_WIDTH}`,
  parse: (value) => (Number.isFinite(value) && (value as number) >= LEAST_WIDTH ? (value as number) : invalid),
});

/** What all pictures take. */
export const pictureOptions = schema([], {
  /** Where a page shows it; what was there before goes. */
  container: nullable(container),
  title: nullable(string()),
  /** In pixels; default: the container's, at most 640. */
  width: nullable(widthInPixels),
  /** Colors: `"auto"` follows the reader's. */
  theme: oneOf(["auto", "light", "dark"], "auto"),
  /** Whether a page has the numbers as a table below, for those who can't see the picture or want to copy them. */
  table: boolean(true),
});

/** Options that every picture has, checked. */
export interface Look {
  readonly container: Container | null;
  readonly title: string | null;
  readonly width: number | null;
  readonly theme: Theme;
  readonly table: boolean;
}

/** A head and rows below. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Rows that a table in a page has at most. */
const MOST_ROWS = 200;

/** How wide a picture is drawn. */
export function widthOf({ width, container }: Look, usual = 640): number {
  const room = (container as { clientWidth?: number } | null)?.clientWidth ?? 0;
  return width ?? (room > 0 ? Math.min(usual, Math.max(240, room)) : usual);
}

/** Draws in the colors of a theme. */
export class Pen {
  constructor(readonly theme: Theme) {}

  fill = (token: Token): Record<string, string> => paint(this.theme, "fill", token);
  stroke = (token: Token): Record<string, string> => paint(this.theme, "stroke", token);

  words(
    x: number,
    y: number,
    text: string,
    options: { size?: number; token?: Token; anchor?: "start" | "middle" | "end"; isBold?: boolean } = {},
  ): Markup {
    const { size = 12, token = "ink", anchor = "start", isBold = false } = options;
    return element(
      "text",
      { x, y, "font-size": size, "text-anchor": anchor, "font-weight": isBold ? "bold" : null, ...this.fill(token) },
      text,
    );
  }

  box(x: number, y: number, width: number, height: number, token: Token, opacity: number | null = null): Markup {
    return element("rect", { x, y, width, height, ...this.fill(token), "fill-opacity": opacity });
  }
}

/** Text that fits into so many pixels. */
export function fitting(text: string, width: number, size = 12): string {
  const most = Math.max(1, Math.floor(width / (size * 0.58)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** A drawing of a size with its shapes. @param says  what somebody hears who does not see it */
export function drawing(theme: Theme, width: number, height: number, says: string, shapes: readonly Markup[]): Markup {
  const style = theme === "auto" ? [element("style", {}, darkStyle)] : [];
  const sizes = { width: Math.round(width), height: Math.round(height), viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}` };
  const form = "max-width:100%;height:auto";
  const pen = new Pen(theme);
  const paper = element("rect", { width: "100%", height: "100%", ...pen.fill("paper") });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...sizes,
      role: "img",
      "aria-label": says,
      "font-family": "system-ui,Helvetica,Arial,sans-serif",
      style: form,
    },
    element("title", {}, says),
    ...style,
    paper,
    ...shapes,
  );
}

/** A table of a page. */
export const tableOf = (caption: string, { head, rows }: Table): Markup =>
  element(
    "table",
    { class: "kerasm-table" },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
    element(
      "tbody",
      {},
      ...rows
        .slice(0, MOST_ROWS)
        .map(([first, ...rest]) =>
          element("tr", {}, element("th", { scope: "row" }, String(first)), ...rest.map((cell) => element("td", {}, String(cell)))),
        ),
    ),
  );

/** Shows a picture where a container is given. @returns its text */
export function finished(where: string, look: Look, svg: Markup, caption: string, table: Table | null): string {
  if (look.container) {
    const numbers =
      table && look.table
        ? [
            element(
              "details",
              {},
              element("summary", {}, "Numbers"),
              element("div", { style: "overflow-x:auto", tabindex: 0, role: "region", "aria-label": caption }, tableOf(caption, table)),
            ),
          ]
        : [];
    show(where, look.container, element("figure", { class: "kerasm-figure", style: "margin:0" }, svg, ...numbers));
  }
  return textOf(svg);
}

/** Puts an element into a container, alone. @throws NotSupportedError outside of a page */
export function show(where: string, container: Container, markup: Markup): void {
  if (typeof document === "undefined")
    throw new NotSupportedError(where, {
      given: "a container without a page",
      expected: "a page",
      hint: "Without a container the picture is given as text.",
    });
  (container as unknown as Element).replaceChildren(domOf(markup));
}
