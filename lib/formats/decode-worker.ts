// The thread that decodes pictures beside the one that asks. A module of its own in the package: it loads decoders and nothing else.

import { parentPort } from "node:worker_threads";
import { decodeHere } from "./image.js";

interface Task {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly where: string;
}

parentPort?.on("message", async ({ id, bytes, where }: Task) => {
  try {
    const picture = await decodeHere(bytes, where);
    const pixels = picture.pixels.slice();
    parentPort!.postMessage({ id, picture: { ...picture, pixels } }, [pixels.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort!.postMessage({ id, failed: String(error) });
  }
});
