// A pad to draw on: white on black, as the images of Fashion-MNIST are.

import * as tf from "kerasm";
import { pictureOf } from "./page.js";

const SIDE = 28;

export class Pad {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #changed: () => void;
  #last: readonly [number, number] | null = null;
  isEmpty = true;

  constructor(canvas: HTMLCanvasElement, changed: () => void) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
    this.#changed = changed;
    this.clear();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#place(event);
      this.#stroke(event);
    });
    canvas.addEventListener("pointermove", (event) => this.#last && this.#stroke(event));
    canvas.addEventListener("pointerup", () => (this.#last = null));
    canvas.addEventListener("keydown", ({ key }) => key === "Delete" && this.clear());
  }

  #place({ offsetX, offsetY }: PointerEvent): readonly [number, number] {
    const scale = this.#canvas.width / this.#canvas.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }

  #stroke(event: PointerEvent): void {
    const [x, y] = this.#place(event);
    const context = this.#context;
    context.strokeStyle = "#fff";
    context.lineWidth = this.#canvas.width / 10;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(...(this.#last as [number, number]));
    context.lineTo(x, y);
    context.stroke();
    this.#last = [x, y];
    this.#touched();
  }

  #touched(): void {
    this.isEmpty = false;
    this.#changed();
  }

  clear(): void {
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.isEmpty = true;
  }

  /** Shows a picture from a file: things on a light ground are turned to light things on a dark one. */
  async show(file: File): Promise<void> {
    const picture = await pictureOf(file);
    const side = this.#canvas.width;
    const scale = Math.min(side / picture.width, side / picture.height);
    const [width, height] = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length * scale))) as [number, number];
    const shown = new OffscreenCanvas(width, height);
    const context = shown.getContext("2d")!;
    context.fillStyle = "#fff"; // what can be seen through is paper
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, 0, 0, width, height);
    picture.close();
    const isLight = tf.reduceMean(tf.cast(tf.browser.fromPixels(context.getImageData(0, 0, width, height), 3), "float32")).item() > 127;
    this.clear();
    this.#context.filter = `grayscale(1)${isLight ? " invert(1)" : ""}`;
    this.#context.drawImage(shown, (side - width) / 2, (side - height) / 2);
    this.#context.filter = "none";
    this.#touched();
  }

  /** Shows an image `[1, 28, 28, 1]`. */
  draw(image: tf.Tensor): void {
    void tf.browser.toPixels(tf.reshape(image, [SIDE, SIDE])).then((pixels) => {
      const small = new OffscreenCanvas(SIDE, SIDE);
      small.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(pixels), SIDE, SIDE), 0, 0);
      this.#context.drawImage(small, 0, 0, this.#canvas.width, this.#canvas.height);
      this.#touched();
    });
  }

  /** The drawing as the network takes it: `[1, 28, 28, 1]`, 0 to 255. */
  image(): tf.Tensor {
    const small = new OffscreenCanvas(SIDE, SIDE);
    const context = small.getContext("2d")!;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#canvas, 0, 0, SIDE, SIDE);
    return tf.expandDims(tf.browser.fromPixels(small, 1), 0);
  }
}
