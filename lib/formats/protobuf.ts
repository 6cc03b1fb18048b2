// Protocol buffers by a description of messages: which field has which number and kind. What a description does not name is skipped.

import { text } from "../core/errors.js";
import { ByteReader, ByteWriter, joined, type Pieces, textOf } from "./bytes.js";
import { FormatError } from "./error.js";

/** Kinds of values; numbers of 64 bits are JavaScript's where these are exact. */
export type FieldKind = "int" | "float" | "double" | "string" | "bytes" | Message;

/** A field: its number, its kind, and whether there are several. */
export type MessageField = readonly [number: number, kind: FieldKind, isRepeated?: "many"];

/** The fields of a message by name; a message that holds itself names its fields by a function. */
export type Message = Readonly<Record<string, MessageField>> | (() => Readonly<Record<string, MessageField>>);

/** A message's values by field; absent fields are not there. */
export type Values = Record<string, unknown>;

const fieldsOf = (message: Message): Readonly<Record<string, MessageField>> => (typeof message === "function" ? message() : message);

const MAX_DEPTH = 64;

/** The message in the bytes. Long bytes are parts of those given. @throws FormatError that names `where` */
export function readMessage(bytes: Uint8Array, message: Message, where: string, depth = 0): Values {
  const fields = new Map(Object.entries(fieldsOf(message)).map(([name, field]) => [field[0], [name, field] as const]));
  const reader = new ByteReader(bytes, where);
  const values: Values = {};
  if (depth > MAX_DEPTH) throw new FormatError(where, { given: `messages nested more than ${MAX_DEPTH} deep`, expected: "fewer" });
  for (const [name, [, , many]] of fields.values()) if (many) values[name] = [];
  while (reader.left > 0) {
    const key = Number(varint(reader));
    const [number, wire] = [Math.floor(key / 8), key & 7];
    const found = fields.get(number);
    if (number === 0) throw new FormatError(where, { given: "field 0", expected: "fields from 1" });
    const raw =
      wire === 0
        ? varint(reader)
        : wire === 1
          ? reader.take(8)
          : wire === 5
            ? reader.take(4)
            : wire === 2
              ? reader.take(Number(varint(reader)))
              : null;
    if (raw === null) throw new FormatError(where, { given: `wire type ${wire} at ${reader.at}`, expected: "0, 1, 2 or 5" });
    if (!found) continue;
    const [name, [, kind, many]] = found;
    const read = valuesOf(raw, kind, `${where}: ${name}`, depth);
    if (many) for (const value of read) (values[name] as unknown[]).push(value);
    else values[name] = read.at(-1);
  }
  return values;
}

function varint(reader: ByteReader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.u8();
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, value);
  }
  throw new FormatError(reader.where, { given: `a number of more than ten bytes at ${reader.at}`, expected: "at most ten" });
}

/** The value of a field, or the values of a packed one. */
function valuesOf(raw: bigint | Uint8Array, kind: FieldKind, where: string, depth: number): unknown[] {
  const misfit = (): never => {
    throw new FormatError(where, { given: "a field of another wire type", expected: text(typeof kind === "string" ? kind : "a message") });
  };
  if (kind === "int") {
    if (typeof raw === "bigint") return [Number(raw)];
    const reader = new ByteReader(raw, where);
    const values: number[] = [];
    while (reader.left > 0) values.push(Number(varint(reader)));
    return values;
  }
  if (typeof raw === "bigint") return misfit();
  if (kind === "string") return [textOf(raw, where)];
  if (kind === "bytes") return [raw];
  if (kind === "float" || kind === "double") {
    const each = kind === "float" ? 4 : 8;
    if (raw.length % each !== 0) misfit();
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    return Array.from({ length: raw.length / each }, (_, i) => (each === 4 ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true)));
  }
  return [readMessage(raw, kind, where, depth + 1)];
}

/** The bytes of a message as pieces; long bytes are not copied. */
export function writeMessage(values: Values, message: Message): Pieces {
  const pieces: Uint8Array[] = [];
  const tag = (number: number, wire: number, length?: number): Uint8Array => {
    const head = new ByteWriter(20);
    putVarint(head, BigInt(number * 8 + wire));
    if (length !== undefined) putVarint(head, BigInt(length));
    return head.bytes();
  };
  for (const [name, [number, kind, many]] of Object.entries(fieldsOf(message))) {
    const given = values[name];
    if (given === undefined || given === null) continue;
    const all = (many ? given : [given]) as unknown[];
    if (all.length === 0) continue;
    if (kind === "int" || kind === "float" || kind === "double") {
      const packed = new ByteWriter(all.length * 10);
      for (const value of all) {
        if (kind === "int") putVarint(packed, BigInt.asUintN(64, BigInt(value as number)));
        else {
          const bytes = new Uint8Array(
            kind === "float" ? Float32Array.of(value as number).buffer : Float64Array.of(value as number).buffer,
          );
          packed.put(bytes);
        }
      }
      if (many) pieces.push(tag(number, 2, packed.length), packed.bytes());
      else pieces.push(tag(number, kind === "int" ? 0 : kind === "float" ? 5 : 1), packed.bytes());
      continue;
    }
    for (const value of all) {
      const content =
        kind === "string"
          ? [new TextEncoder().encode(value as string)]
          : kind === "bytes"
            ? [value as Uint8Array]
            : writeMessage(value as Values, kind);
      pieces.push(tag(number, 2, content.reduce((sum, { length }) => sum + length, 0)), ...content); // prettier-ignore
    }
  }
  // Small pieces would cost more than copying them.
  return pieces.reduce((sum, { length }) => sum + length, 0) < 4096 ? [joined(pieces)] : pieces;
}

function putVarint(writer: ByteWriter, value: bigint): void {
  let rest = value;
  while (rest > 127n) {
    writer.u8(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  writer.u8(Number(rest));
}
