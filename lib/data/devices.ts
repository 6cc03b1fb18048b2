// tf.data.webcam and tf.data.microphone: devices of a page as streams of tensors. What opens them is loaded with the first one.

import type { MicrophoneIterator, MicrophoneOptions } from "./page/microphone.js";
import type { WebcamIterator, WebcamOptions } from "./page/webcam.js";

/** A `<video>` of a page. */
interface VideoElement {
  play(): Promise<void>;
}

/**
 * Turns a camera on, after the user agreed. `await capture()` gives a picture, int32 `[height, width, 3]`; `for await` one after the other.
 *
 * @param webcamVideoElement  a `<video>` that shows what is captured; null: nobody sees it
 * @param webcamConfig        `resizeWidth` and `resizeHeight`, `centerCrop`, `facingMode` ("user" or "environment"), `deviceId`
 * @throws NotSupportedError outside of a page, StateError where it may not be used. TensorFlow.js: tf.data.webcam
 */
export async function webcam(webcamVideoElement: VideoElement | null = null, webcamConfig: WebcamOptions = {}): Promise<WebcamIterator> {
  return (await import("./page/webcam.js")).WebcamIterator.open(webcamVideoElement, webcamConfig);
}

/**
 * Turns a microphone on, after the user agreed. `await capture()` listens for one spectrogram; `for await` goes on and on.
 *
 * @param microphoneConfig  `fftSize` (1024), `numFramesPerSpectrogram` (43), `columnTruncateLength`, `sampleRateHz`, `includeSpectrogram`
 *                          (true), `includeWaveform` (false), `smoothingTimeConstant` (0), `audioTrackConstraints`
 * @throws NotSupportedError outside of a page, StateError where it may not be used. TensorFlow.js: tf.data.microphone
 */
export async function microphone(microphoneConfig: MicrophoneOptions = {}): Promise<MicrophoneIterator> {
  return (await import("./page/microphone.js")).MicrophoneIterator.open(microphoneConfig);
}
