// Streams of the devices of a page.

import { NotSupportedError, StateError } from "../../core/errors.js";

/** A stream of the user's devices. */
export async function mediaStream(where: string, wanted: MediaStreamConstraints): Promise<MediaStream> {
  const devices = typeof document === "undefined" ? undefined : navigator.mediaDevices;
  if (!devices)
    throw new NotSupportedError(where, {
      given: typeof document === "undefined" ? "no page" : "a page that may not use cameras and microphones",
      expected: "a page that comes by https: or from localhost",
    });
  try {
    return await devices.getUserMedia(wanted);
  } catch (cause) {
    const { name, message } = cause as DOMException;
    const reasons: Readonly<Record<string, string>> = {
      NotAllowedError: "no permission of the user or of the page's policy",
      NotFoundError: "no such device",
      NotReadableError: "a device that another program uses",
      OverconstrainedError: "no device that does what was asked for",
    };
    throw new StateError(where, { given: `${reasons[name] ?? message} (${name})`, expected: "a device that may be used", cause });
  }
}
