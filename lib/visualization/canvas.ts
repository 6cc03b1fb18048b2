// Pixels that boxes, lines and letters are drawn into.

import { dotsOf, LETTER } from "./font.js";

/** Red, green and blue, 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** Pixels of RGB, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixels that are drawn into: RGB, or RGB and opacity. */
export class Canvas {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly channels: 3 | 4,
    data?: Uint8Array,
  ) {
    this.data = data ?? new Uint8Array(width * height * channels);
  }

  /** Colors one pixel; outside of the picture nothing happens. */
  dot(x: number, y: number, color: Color): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * this.channels;
    this.data.set(color, at);
    if (this.channels === 4) this.data[at + 3] = 255;
  }

  fill(x: number, y: number, width: number, height: number, color: Color): void {
    const [right, bottom] = [Math.min(this.width, x + width), Math.min(this.height, y + height)];
    for (let row = Math.max(0, y); row < bottom; row++)
      for (let column = Math.max(0, x); column < right; column++) this.dot(column, row, color);
  }

  /** The edges of a box whose corners are pixels; thick ones stand around the line. */
  outline(x1: number, y1: number, x2: number, y2: number, color: Color, thickness = 1): void {
    const out = thickness >> 1;
    const [left, right] = [Math.min(x1, x2) - out, Math.max(x1, x2) - out];
    const [top, bottom] = [Math.min(y1, y2) - out, Math.max(y1, y2) - out];
    const [width, height] = [right - left + thickness, bottom - top + thickness];
    this.fill(left, top, width, thickness, color);
    this.fill(left, bottom, width, thickness, color);
    this.fill(left, top, thickness, height, color);
    this.fill(right, top, thickness, height, color);
  }

  /** A line of one pixel. @see Bresenham 1965 */
  line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], color: Color): void {
    const steps = Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1), 1);
    for (let i = 0; i <= steps; i++) this.dot(Math.round(x1 + ((x2 - x1) * i) / steps), Math.round(y1 + ((y2 - y1) * i) / steps), color);
  }

  /** A text whose letters stand on the line y. @param dot  pixels of a dot of the letters. @param thickness  more makes it bolder */
  text(x: number, y: number, text: string, dot: number, color: Color, thickness = 1): void {
    for (const [column, row] of dotsOf(text))
      this.fill(x + column * dot, y + (row - LETTER.height) * dot, dot + thickness - 1, dot + thickness - 1, color);
  }
}
