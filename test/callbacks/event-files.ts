// A reader of TensorBoard's event files that shares nothing with the writer: TFRecord framing and protocol buffers by their documents.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fields of a message by number: numbers, or bytes. */
export type Fields = Map<number, (number | Uint8Array)[]>;

/** CRC-32C bit by bit. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function check(bytes: Uint8Array, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const crc = ((rotated >>> 17) | (rotated << 15)) >>> 0;
  if (crc !== crc32c(bytes)) throw new Error("a record's checksum does not fit");
}

function records(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    check(file.subarray(at, at + 8), view.getUint32(at + 8, true));
    const bytes = file.subarray(at + 12, at + 12 + length);
    check(bytes, view.getUint32(at + 12 + length, true));
    found.push(bytes);
    at += 16 + length;
  }
  return found;
}

export function fieldsOf(bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    let value: number | Uint8Array;
    if ((key & 7) === 0) value = varint();
    else if ((key & 7) === 1) [value, at] = [view.getFloat64(at, true), at + 8];
    else if ((key & 7) === 2) {
      const length = varint();
      [value, at] = [bytes.subarray(at, at + length), at + length];
    } else throw new Error(`wire type ${key & 7}`);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

export const textOf = (value: number | Uint8Array | undefined): string => new TextDecoder().decode(value as Uint8Array);
const inner = (fields: Fields, number: number): Fields => fieldsOf((fields.get(number)?.[0] ?? new Uint8Array()) as Uint8Array);

/** A value that was written. */
export interface Found {
  readonly step: number;
  readonly tag: string;
  readonly plugin: string;
  readonly content: string;
  readonly shape: readonly number[];
  /** Numbers, or strings as bytes. */
  readonly data: readonly (number | Uint8Array)[];
}

function valueOf(value: Fields, step: number): Found {
  const plugin = inner(inner(value, 9), 1);
  const tensor = inner(value, 8);
  const dtype = tensor.get(1)![0] as number;
  const shape = (inner(tensor, 2).get(2) ?? []).map((size) => (fieldsOf(size as Uint8Array).get(1)?.[0] ?? 0) as number);
  const content = tensor.get(4)?.[0] as Uint8Array | undefined;
  const copy = Uint8Array.from(content ?? []).buffer;
  const data = dtype === 7 ? (tensor.get(8) ?? []) : [...(dtype === 1 ? new Float32Array(copy) : new Float64Array(copy))];
  return {
    step,
    tag: textOf(value.get(1)![0]),
    plugin: textOf(plugin.get(1)![0]),
    content: textOf(plugin.get(2)?.[0] ?? new Uint8Array()),
    shape,
    data,
  };
}

/** All that the event files of a folder hold. */
export function readEvents(folder: string): { files: number; values: Found[]; nodes: { name: string; op: string; inputs: string[] }[] } {
  const names = readdirSync(folder).filter((name) => name.startsWith("events.out.tfevents.")).sort(); // prettier-ignore
  const values: Found[] = [];
  const nodes: { name: string; op: string; inputs: string[] }[] = [];
  for (const name of names) {
    const events = records(readFileSync(join(folder, name))).map(fieldsOf);
    if (textOf(events[0]!.get(3)![0]) !== "brain.Event:2") throw new Error("a file without its version");
    for (const event of events) {
      if (!((event.get(1)![0] as number) > 1.6e9)) throw new Error("an event without its time");
      const step = (event.get(2)?.[0] ?? 0) as number;
      for (const value of inner(event, 5).get(1) ?? []) values.push(valueOf(fieldsOf(value as Uint8Array), step));
      for (const node of inner(event, 4).get(1) ?? []) {
        const fields = fieldsOf(node as Uint8Array);
        nodes.push({ name: textOf(fields.get(1)![0]), op: textOf(fields.get(2)![0]), inputs: (fields.get(3) ?? []).map(textOf) });
      }
    }
  }
  return { files: names.length, values, nodes };
}
