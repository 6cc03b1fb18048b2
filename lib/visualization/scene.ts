// Drawings as lists of shapes, written as SVG or as pixels of a PNG.

import { writePng } from "../formats/png.js";
import { Canvas, type Color, type Pixels } from "./canvas.js";
import { escaped } from "./escaped.js";
import { LETTER } from "./font.js";

export type Shape =
  | {
      readonly kind: "box";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly fill: Color | null;
      readonly stroke: Color | null;
      readonly isDashed?: boolean;
    }
  | { readonly kind: "path"; readonly points: readonly (readonly [number, number])[]; readonly stroke: Color; readonly isCurved?: boolean }
  | {
      readonly kind: "text";
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly color: Color;
      readonly isBold?: boolean;
    }
  | {
      readonly kind: "picture";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly pixels: Pixels;
    };

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** The color behind it; null: transparent. */
  readonly background: Color | null;
  readonly shapes: readonly Shape[];
}

/** How wide a text of a size is, at most. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.62;

const rgb = ([red, green, blue]: Color): string => `rgb(${red},${green},${blue})`;

/** The scene as an SVG document. */
export function toSvg({ width, height, background, shapes }: Scene): string {
  const back = background ? `<rect width="${width}" height="${height}" fill="${rgb(background)}"/>` : "";
  const arrow =
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>';
  const head = shapes.some(({ kind }) => kind === "path") ? arrow : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${head}${back}${shapes.map(svgOf).join("")}</svg>`;
}

/** Pixels as an address that holds them: of a PNG file. @param channels  4 where they have an opacity */
export function pictureAddress(pixels: Pixels, channels: 3 | 4 = 3): string {
  const png = writePng({ ...pixels, channels });
  let binary = "";
  for (let at = 0; at < png.length; at += 8192) binary += String.fromCharCode(...png.subarray(at, at + 8192));
  return `data:image/png;base64,${btoa(binary)}`;
}

function svgOf(shape: Shape): string {
  const { kind } = shape;
  if (kind === "path") {
    const [first, ...others] = shape.points.map((point) => point.join(" "));
    const line = shape.isCurved && others.length === 3 ? `M${first}C${others.join(" ")}` : `M${first}L${others.join("L")}`;
    return `<path d="${line}" fill="none" stroke="${rgb(shape.stroke)}" stroke-width="1.5" marker-end="url(#arrow)"/>`;
  }
  const { x, y } = shape;
  if (kind === "text") {
    const weight = shape.isBold ? ' font-weight="bold"' : "";
    return `<text x="${x}" y="${y}" font-family="Helvetica,Arial,sans-serif" font-size="${shape.size}" fill="${rgb(shape.color)}"${weight}>${escaped(shape.text)}</text>`;
  }
  const place = `x="${x}" y="${y}" width="${shape.width}" height="${shape.height}"`;
  if (kind === "picture") {
    return `<image ${place} preserveAspectRatio="none" style="image-rendering:pixelated" href="${pictureAddress(shape.pixels)}"/>`;
  }
  const dashes = shape.isDashed ? ' stroke-dasharray="6 4"' : "";
  return `<rect ${place} fill="${shape.fill ? rgb(shape.fill) : "none"}" stroke="${shape.stroke ? rgb(shape.stroke) : "none"}"${dashes}/>`;
}

/** The scene as the bytes of a PNG file. @param scale  pixels for a unit of the scene */
export function toPng({ width, height, background, shapes }: Scene, scale = 1): Uint8Array {
  const at = (value: number): number => Math.round(value * scale);
  const canvas = new Canvas(at(width), at(height), 4);
  if (background) canvas.fill(0, 0, canvas.width, canvas.height, background);
  for (const shape of shapes) {
    if (shape.kind === "box") {
      const [x, y, right, bottom] = [at(shape.x), at(shape.y), at(shape.x + shape.width), at(shape.y + shape.height)];
      if (shape.fill) canvas.fill(x, y, right - x, bottom - y, shape.fill);
      if (shape.stroke) canvas.outline(x, y, right, bottom, shape.stroke);
    } else if (shape.kind === "path") {
      const points = shape.points.map(([x, y]) => [at(x), at(y)] as const);
      points.slice(1).forEach((point, i) => canvas.line(points[i]!, point, shape.stroke));
    } else if (shape.kind === "text") {
      const dot = Math.max(1, Math.floor((shape.size * 0.62 * scale) / LETTER.width));
      canvas.text(at(shape.x), at(shape.y), shape.text, dot, shape.color, shape.isBold && dot > 1 ? 2 : 1);
    } else {
      const { pixels } = shape;
      const [x, y, w, h] = [at(shape.x), at(shape.y), at(shape.width), at(shape.height)];
      for (let row = 0; row < h; row++)
        for (let column = 0; column < w; column++) {
          const from = (Math.floor((row * pixels.height) / h) * pixels.width + Math.floor((column * pixels.width) / w)) * 3;
          canvas.dot(x + column, y + row, [pixels.data[from]!, pixels.data[from + 1]!, pixels.data[from + 2]!]);
        }
    }
  }
  return writePng({ width: canvas.width, height: canvas.height, channels: 4, data: canvas.data });
}
