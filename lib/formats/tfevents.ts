// TensorBoard's event files: protocol buffers (Event, Summary, TensorProto, GraphDef of TensorFlow) in the framing of TFRecord.
// A record is its length, the masked CRC-32C of that, the bytes, and their masked CRC-32C.

import { ByteWriter } from "./bytes.js";
import { crc32c } from "./crc.js";

/** Fields of a message, in order. */
class Message {
  readonly #out = new ByteWriter(64);

  #key(field: number, wire: number): this {
    return this.#varint(field * 8 + wire);
  }

  #varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#out.u8((rest % 128) + 128);
    this.#out.u8(rest);
    return this;
  }

  /** A whole number of at least 0. */
  int(field: number, value: number): this {
    return value === 0 ? this : this.#key(field, 0).#varint(value);
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    this.#out.put(new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array | string): this {
    const given = typeof value === "string" ? new TextEncoder().encode(value) : value;
    this.#key(field, 2).#varint(given.length);
    this.#out.put(given);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.done());
  }

  done(): Uint8Array {
    return this.#out.bytes();
  }
}

/** The checksum of TFRecord: CRC-32C, rotated and moved, so that checksums of data that hold checksums stay good ones. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Bytes as a record of TFRecord. */
export function record(bytes: Uint8Array): Uint8Array {
  const length = new ByteWriter(8).u64(bytes.length).bytes();
  return new ByteWriter(bytes.length + 16).put(length).u32(maskedCrc(length)).put(bytes).u32(maskedCrc(bytes)).bytes();
}

const FLOAT = 1;
const DOUBLE = 2;
const STRING = 7;

/** What kinds of data plugins of TensorBoard know (DataClass). */
const classes = { scalars: 1, histograms: 2, text: 2, images: 3 } as const;

/** A value that TensorBoard shows under a tag. */
export interface SummaryValue {
  readonly tag: string;
  readonly plugin: string;
  readonly content?: string;
  readonly dataClass?: number;
  readonly tensor: TensorValue;
}

type TensorValue =
  | { readonly kind: "float" | "double"; readonly shape: readonly number[]; readonly data: readonly number[] }
  | { readonly kind: "string"; readonly shape: readonly number[]; readonly data: readonly (string | Uint8Array)[] };

function tensorProto({ kind, shape, data }: TensorValue): Message {
  const sizes = new Message();
  for (const size of shape) sizes.message(2, new Message().int(1, size));
  const proto = new Message().int(1, kind === "float" ? FLOAT : kind === "double" ? DOUBLE : STRING).message(2, sizes);
  if (kind === "string") for (const item of data) proto.bytes(8, item);
  else {
    const elements = kind === "float" ? Float32Array.from(data as number[]) : Float64Array.from(data as number[]);
    proto.bytes(4, new Uint8Array(elements.buffer));
  }
  return proto;
}

/** A number. */
export const scalarValue = (tag: string, value: number): SummaryValue => ({
  tag,
  plugin: "scalars",
  dataClass: classes.scalars,
  tensor: { kind: "float", shape: [], data: [value] },
});

/** How often values are in each of some ranges of equal width. */
export function histogramValue(tag: string, values: ArrayLike<number>, buckets = 30): SummaryValue {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const rows = most < least ? [] : least === most ? [[least - 0.5, most + 0.5, 0]] : ranges(least, most, buckets);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const at = rows.length === 1 ? 0 : Math.min(rows.length - 1, Math.floor(((value - least) / (most - least)) * rows.length));
    rows[at]![2]!++;
  }
  return {
    tag,
    plugin: "histograms",
    dataClass: classes.histograms,
    tensor: { kind: "double", shape: [rows.length, 3], data: rows.flat() },
  };
}

function ranges(least: number, most: number, buckets: number): number[][] {
  const width = (most - least) / buckets;
  return Array.from({ length: buckets }, (_, i) => [least + i * width, i === buckets - 1 ? most : least + (i + 1) * width, 0]);
}

/** PNG images of one size. */
export const imageValue = (tag: string, width: number, height: number, images: readonly Uint8Array[]): SummaryValue => ({
  tag,
  plugin: "images",
  dataClass: classes.images,
  tensor: { kind: "string", shape: [2 + images.length], data: [String(width), String(height), ...images] },
});

/** A text, shown as Markdown. */
export const textValue = (tag: string, text: string): SummaryValue => ({
  tag,
  plugin: "text",
  dataClass: classes.text,
  tensor: { kind: "string", shape: [], data: [text] },
});

/** A model's JSON, from which TensorBoard draws its layers. */
export const kerasModelValue = (tag: string, json: string): SummaryValue => ({
  tag,
  plugin: "graph_keras_model",
  content: "1",
  tensor: { kind: "string", shape: [], data: [json] },
});

function valueMessage({ tag, plugin, content, dataClass, tensor }: SummaryValue): Message {
  const data = new Message().bytes(1, plugin);
  if (content !== undefined) data.bytes(2, content);
  const metadata = new Message().message(1, data).int(4, dataClass ?? 0);
  return new Message().bytes(1, tag).message(9, metadata).message(8, tensorProto(tensor));
}

/** The first record of each file. @param seconds  since 1970, in all events */
export const versionEvent = (seconds: number): Uint8Array => record(new Message().double(1, seconds).bytes(3, "brain.Event:2").done());

/** Values of a step. */
export function summaryEvent(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  const summary = new Message();
  for (const value of values) summary.message(1, valueMessage(value));
  return record(new Message().double(1, seconds).int(2, step).message(5, summary).done());
}

/** A node of a graph: what it is called, what it does, and the names of the nodes that it gets its inputs from. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
}

/** A graph (GraphDef). */
export function graphEvent(seconds: number, nodes: readonly GraphNode[]): Uint8Array {
  const graph = new Message();
  for (const { name, op, inputs } of nodes) {
    const node = new Message().bytes(1, name).bytes(2, op);
    for (const input of inputs) node.bytes(3, input);
    graph.message(1, node);
  }
  graph.message(4, new Message().int(1, 22));
  return record(new Message().double(1, seconds).bytes(4, graph.done()).done());
}
