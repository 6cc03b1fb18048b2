// Markup as a tree, which becomes text (SVG in files, in Node) or elements of a page. No text is ever parsed, so strict pages
// (Trusted Types) have nothing to object to, and nothing has to be escaped by hand.

import { escaped } from "../visualization/escaped.js";

/** An element of SVG or HTML. */
export interface Markup {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number | null>>;
  readonly children: readonly (Markup | string)[];
}

/** An element; attributes that are null are left out. */
export const element = (tag: string, attributes: Markup["attributes"] = {}, ...children: readonly (Markup | string)[]): Markup => ({
  tag,
  attributes,
  children,
});

const shown = (value: string | number): string => (typeof value === "number" ? String(Math.round(value * 100) / 100) : value);

/** The text of an element, well-formed XML. */
export function textOf(node: Markup | string): string {
  if (typeof node === "string") return escaped(node);
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${escaped(shown(value!))}"`)
    .join("");
  return `<${node.tag}${attributes}>${node.children.map(textOf).join("")}</${node.tag}>`;
}

const SVG = "http://www.w3.org/2000/svg";

/** The element in a page. */
export function domOf(node: Markup, isInSvg = false): Element {
  const isSvg = isInSvg || node.tag === "svg";
  const made = isSvg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attributes))
    if (value !== null && name !== "xmlns") made.setAttribute(name, shown(value));
  made.append(...node.children.map((child) => (typeof child === "string" ? child : domOf(child, isSvg))));
  return made;
}
