// What configs are made of, as JSON and as Keras saves objects.

import { isRecord } from "../core/tree.js";

export { isRecord as isPlainObject };

/** What a Keras config is made of. Numbers may be infinite or NaN, as in Python's JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A config as Keras writes it: snake_case keys, JSON values. */
export type Config = { readonly [key: string]: Json };

/** An object as Keras saves it: where its class is found, and its config. */
export interface Envelope {
  readonly module: string | null;
  readonly class_name: string;
  readonly config: Json;
  readonly registered_name: string | null;
  readonly build_config?: Config;
  readonly compile_config?: Config;
  readonly shared_object_id?: number;
}

/** Whether a value is an object as Keras saves it. */
export function isEnvelope(value: unknown): value is Envelope {
  return isRecord(value) && typeof value["class_name"] === "string" && "config" in value;
}
