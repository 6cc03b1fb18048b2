// Pixels of what a page can show: pictures, canvases, videos. RGBA, row by row, as canvases have them.

import { ArgumentError, NotSupportedError, StateError, text } from "../../core/errors.js";

/** Pixels in memory, RGBA: an `ImageData`, or an object like one, which Node has too. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** What has pixels: PixelData, and in a page a canvas, img, video, ImageBitmap or VideoFrame. */
export type PixelSource =
  PixelData | { readonly width: number; readonly height: number } | { readonly displayWidth: number; readonly displayHeight: number };

/** The part of a source that is meant, and how large it becomes. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly toWidth: number;
  readonly toHeight: number;
}

type Drawable = CanvasImageSource & Partial<HTMLImageElement & HTMLVideoElement & VideoFrame>;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const isLength = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
const kinds = ["HTMLImageElement", "HTMLVideoElement", "HTMLCanvasElement", "OffscreenCanvas", "ImageBitmap", "VideoFrame"];
/** Whether it is one of the objects that canvases draw. */
const isDrawable = (source: object): source is Drawable =>
  kinds.some((kind) => {
    const known = (globalThis as Record<string, unknown>)[kind];
    return typeof known === "function" && source instanceof known;
  });

/**
 * The pixels of a source.
 *
 * @param cut  of what can be drawn, and how large it becomes; default: all of it, as large as it is
 * @throws ArgumentError for what has no pixels, StateError for a picture or a video that is not there yet
 */
export function pixelsOf(where: string, source: unknown, cut?: (width: number, height: number) => Cut): PixelData {
  if (typeof source !== "object" || source === null) throw noPixels(where, source);
  if (isDrawable(source)) return drawnPixels(where, source, cut);
  const { width, height, data } = source as Partial<PixelData>;
  if (!isLength(width) || !isLength(height) || !(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw noPixels(where, source);
  if (data.length !== width * height * 4)
    throw new ArgumentError(where, {
      given: `${data.length} bytes for ${width} × ${height} pixels`,
      expected: `${width * height * 4}: red, green, blue and opacity of each`,
    });
  return { width, height, data };
}

const noPixels = (where: string, given: unknown): ArgumentError =>
  new ArgumentError(where, {
    given: text(given),
    expected: "ImageData or { data, width, height }; in a page also a canvas, img, video, ImageBitmap or VideoFrame",
  });

/** The size of a source in pixels, whatever size the page shows it in. */
function sizeOfSource(where: string, source: Drawable): { width: number; height: number } {
  const [width, height] = [
    source.naturalWidth ?? source.videoWidth ?? source.displayWidth ?? Number(source.width),
    source.naturalHeight ?? source.videoHeight ?? source.displayHeight ?? Number(source.height),
  ];
  if (width > 0 && height > 0 && (source.readyState ?? 2) >= 2) return { width, height };
  const [kind, hint] =
    source.videoWidth !== undefined
      ? ["a video", "Wait for its event loadeddata."]
      : source.naturalWidth !== undefined
        ? ["a picture", "await image.decode() first."]
        : ["a canvas or bitmap", "A bitmap that was closed has none."];
  throw new StateError(where, { given: `${kind} without pixels`, expected: "one that is loaded", hint });
}

function drawnPixels(where: string, source: Drawable, cut?: (width: number, height: number) => Cut): PixelData {
  const { width, height } = sizeOfSource(where, source);
  const { left, top, toWidth, toHeight, ...part } = cut?.(width, height) ?? {
    left: 0,
    top: 0,
    width,
    height,
    toWidth: width,
    toHeight: height,
  };
  const context = scratch(where, toWidth, toHeight);
  context.drawImage(source, left, top, part.width, part.height, 0, 0, toWidth, toHeight);
  try {
    return context.getImageData(0, 0, toWidth, toHeight);
  } catch (cause) {
    throw new StateError(where, {
      given: "pixels of another site, which a page may not read",
      expected: "a picture of this site, or one that its server lets others read",
      hint: 'Set crossOrigin = "anonymous" before its src.',
      cause,
    });
  }
}

/** A canvas to draw on that nobody sees, empty and of that size. */
function scratch(where: string, width: number, height: number): Context {
  const canvas =
    typeof OffscreenCanvas === "undefined"
      ? Object.assign(document.createElement("canvas"), { width, height })
      : new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as Context | null;
  if (context) return context;
  throw new NotSupportedError(where, { given: "a browser without canvases in two dimensions", expected: "ImageData" });
}
