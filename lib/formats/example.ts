// tf.train.Example (tensorflow/core/example/example.proto): named lists of bytes, floats or whole numbers.

import { joined } from "./bytes.js";
import { readMessage, writeMessage, type Message } from "./protobuf.js";

/** The values of a feature: one of the lists. */
export type FeatureValues =
  | { readonly kind: "bytes"; readonly values: readonly Uint8Array[] }
  | { readonly kind: "float"; readonly values: readonly number[] }
  | { readonly kind: "int64"; readonly values: readonly number[] };

const feature: Message = {
  bytesList: [1, { value: [1, "bytes", "many"] }],
  floatList: [2, { value: [1, "float", "many"] }],
  int64List: [3, { value: [1, "int", "many"] }],
};
const example: Message = { features: [1, { feature: [1, { key: [1, "string"], value: [2, feature] }, "many"] }] };

interface Read {
  features?: {
    feature: {
      key?: string;
      value?: { bytesList?: { value: Uint8Array[] }; floatList?: { value: number[] }; int64List?: { value: number[] } };
    }[];
  };
}

/** The features of a serialized Example. @throws FormatError for bytes that are none */
export function readExample(bytes: Uint8Array, where: string): Map<string, FeatureValues> {
  const { features } = readMessage(bytes, example, where) as Read;
  const found = new Map<string, FeatureValues>();
  for (const { key = "", value = {} } of features?.feature ?? []) {
    const { bytesList, floatList, int64List } = value;
    if (bytesList) found.set(key, { kind: "bytes", values: bytesList.value });
    else if (floatList) found.set(key, { kind: "float", values: floatList.value });
    else if (int64List) found.set(key, { kind: "int64", values: int64List.value });
  }
  return found;
}

/** Features as the bytes of an Example. */
export function writeExample(features: ReadonlyMap<string, FeatureValues>): Uint8Array {
  const entries = Array.from(features, ([key, { kind, values }]) => ({ key, value: { [`${kind}List`]: { value: values } } }));
  const pieces = writeMessage({ features: { feature: entries } }, example);
  return joined(pieces);
}
