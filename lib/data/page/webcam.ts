// Pictures of a camera, one at each call: tf.data.webcam.

import { ArgumentError, StateError, text, ValueError } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import { nullable, boolean, oneOf, positiveInteger, schema, string, type Options } from "../../config/index.js";
import { type Cut, pixelsOf } from "./pixels.js";
import { channelsOf } from "./channels.js";
import { mediaStream } from "./stream.js";

const options = schema([], {
  /** The pictures' width and height, both or none; default: the camera's. */
  resizeWidth: nullable(positiveInteger()),
  resizeHeight: nullable(positiveInteger()),
  /** Whether the middle of the picture is taken in its proportions, else all of it is squeezed into the size. */
  centerCrop: boolean(false),
  facingMode: oneOf(["user", "environment"], "user"),
  deviceId: nullable(string()),
});

/** What `tf.data.webcam` takes. */
export type WebcamOptions = Options<typeof options>;

/** A camera that is on: `capture` gives what it sees, and a loop over it one picture after the other. */
export class WebcamIterator implements AsyncIterable<Tensor> {
  readonly #video: HTMLVideoElement;
  readonly #size: readonly [width: number, height: number] | null;
  readonly #centerCrop: boolean;
  #stream: MediaStream | null;

  private constructor(video: HTMLVideoElement, stream: MediaStream, size: readonly [number, number] | null, centerCrop: boolean) {
    [this.#video, this.#stream, this.#size, this.#centerCrop] = [video, stream, size, centerCrop];
  }

  /**
   * Turns a camera on.
   *
   * @param element  a `<video>`, or null
   * @throws NotSupportedError where there is none, StateError where the page may not use it
   */
  static async open(element: object | null, given: WebcamOptions): Promise<WebcamIterator> {
    const where = "data.webcam";
    const { resizeWidth, resizeHeight, centerCrop, facingMode, deviceId } = options.parse(where, [given]);
    if ((resizeWidth === null) !== (resizeHeight === null))
      throw new ValueError(`${where}.resizeWidth`, { given: "a width or a height alone", expected: "both, or none" });
    if (centerCrop && resizeWidth === null)
      throw new ValueError(`${where}.centerCrop`, { given: "true without a size", expected: "resizeWidth and resizeHeight" });
    if (element !== null && !(typeof HTMLVideoElement === "function" && element instanceof HTMLVideoElement))
      throw new ArgumentError(`${where}.webcamVideoElement`, { given: text(element), expected: "a <video> element, or null" });
    const size = resizeWidth === null ? null : ([resizeWidth, resizeHeight!] as const);
    const stream = await mediaStream(where, { video: { facingMode, ...(deviceId !== null && { deviceId: { exact: deviceId } }) } });
    const shown = element ?? document.createElement("video");
    shown.muted = shown.playsInline = true;
    shown.srcObject = stream;
    await shown.play();
    return new WebcamIterator(shown, stream, size, centerCrop);
  }

  /** What the camera sees now: int32 `[height, width, 3]`, 0 to 255. @throws StateError after `stop` */
  async capture(): Promise<Tensor> {
    const where = "data.webcam.capture";
    if (!this.#stream) throw new StateError(where, { given: "a camera that was stopped", expected: "one that is on" });
    return channelsOf(
      pixelsOf(where, this.#video, (width, height) => this.#cut(width, height)),
      3,
    );
  }

  #cut(width: number, height: number): Cut {
    const [toWidth, toHeight] = this.#size ?? [width, height];
    if (!this.#centerCrop) return { left: 0, top: 0, width, height, toWidth, toHeight };
    const scale = Math.min(width / toWidth, height / toHeight);
    const [across, down] = [toWidth * scale, toHeight * scale];
    return { left: (width - across) / 2, top: (height - down) / 2, width: across, height: down, toWidth, toHeight };
  }

  /** Turns the camera off. */
  stop(): void {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = this.#video.srcObject = null;
  }

  /** Pictures until it is stopped; a loop that ends before stops it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Tensor> {
    try {
      while (this.#stream) yield await this.capture();
    } finally {
      this.stop();
    }
  }
}
