import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import t from "tap";
import { BytePairTokenizer } from "../../lib/data/byte-pair-tokenizer.js";

/** A file, and for each text what Hugging Face's tokenizers 0.23.2 made of it. */
interface Golden {
  readonly name: string;
  readonly file: object;
  /** Text, its numbers, those without added special tokens (null: the same), decoded, decoded with special tokens (null: the same). */
  readonly rows: readonly (readonly [string, readonly number[], readonly number[] | null, string, string | null])[];
}

const goldens = JSON.parse(
  gunzipSync(readFileSync(new URL("../../../test/golden/data/tokenizers.json.gz", import.meta.url))).toString(),
) as readonly Golden[];

for (const { name, file, rows } of goldens) {
  t.test(`a file of the kind "${name}" gives the numbers and texts of Hugging Face's tokenizers`, async (t) => {
    const tokenizer = await BytePairTokenizer.fromJSON(JSON.stringify(file));
    for (const [given, ids, bare, decoded, whole] of rows) {
      t.strictSame(tokenizer.encode(given), ids, `encode ${JSON.stringify(given)}`);
      t.strictSame(tokenizer.encode(given, { addSpecialTokens: false }), bare ?? ids, "without what stands around a text");
      t.equal(tokenizer.decode(ids), decoded, "decode");
      t.equal(tokenizer.decode(ids, { skipSpecialTokens: false }), whole ?? decoded, "decode with special tokens");
    }
  });
}

t.test("a long word costs no more than its length", async (t) => {
  const vocab = { a: 0, b: 1, ab: 2, abab: 3 };
  const tokenizer = await BytePairTokenizer.fromJSON({ model: { type: "BPE", vocab, merges: ["a b", ["ab", "ab"]] } });
  t.strictSame(tokenizer.encode("ab".repeat(50_001)).length, 25_001);
  t.strictSame(tokenizer.encode("aababb"), [0, 3, 1]);
});

t.test("what a file asks for and is not known is named", async (t) => {
  const model = { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] as unknown[] };
  const refused: readonly (readonly [object | string, RegExp])[] = [
    [{ model, normalizer: { type: "Precompiled" } }, /given the normalizer "Precompiled"; expected one of Sequence, NFC/],
    [{ model, pre_tokenizer: { type: "UnicodeScripts" } }, /given the pre-tokenizer "UnicodeScripts"; expected one of Sequence, ByteLevel/],
    [{ model, pre_tokenizer: { type: "Split", pattern: { Regex: "[a-z&&[^b]]" }, behavior: "Isolated" } }, /brackets inside of brackets/],
    [{ model, pre_tokenizer: { type: "Split", pattern: { Regex: "(?x)a" }, behavior: "Isolated" } }, /a group of a kind/],
    [{ model, pre_tokenizer: { type: "Split", pattern: { Regex: "\\p{Nonsense}" }, behavior: "Isolated" } }, /the property Nonsense/],
    [{ model, pre_tokenizer: { type: "Split", pattern: { String: "a" }, behavior: "Kept" } }, /given the behavior "Kept"/],
    [{ model, decoder: { type: "CTC" } }, /given the decoder "CTC"/],
    [{ model, post_processor: { type: "Other" } }, /given the post-processor "Other"/],
    [{ model: { ...model, type: "Unigram" } }, /given a model of type "Unigram"/],
    [{ model: { ...model, merges: ["a b"] } }, /given the piece "ab", which is not in the vocabulary/],
    [{ model: { ...model, merges: ["a b c"] } }, /given the merge "a b c"/],
    [{ model: { ...model, dropout: 0.1 } }, /given the dropout 0.1/],
    [{ model: { ...model, unk_token: "<unk>" } }, /given the piece "<unk>"/],
    ["{", /given a text that is no JSON/],
  ];
  for (const [file, message] of refused) await t.rejects(BytePairTokenizer.fromJSON(file), { message }, JSON.stringify(file));
  const plain = await BytePairTokenizer.fromJSON({ model });
  t.throws(() => plain.encode(["a"] as never), { name: "ArgumentError", message: /expected a string/ });
});

/** A small file of GPT-2's form: bytes as characters, Ġ for a space. */
const bytes = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
const merges = ["l o", "lo w", "Ġ low", "e r", "Ã ¤"];
const vocab = Object.fromEntries([...bytes, "Ġ", "Ã", "¤", "lo", "low", "Ġlow", "er", "Ã¤"].map((token, i) => [token, i]));
const small = {
  model: { type: "BPE", vocab, merges },
  added_tokens: [{ id: 500, content: "<|end|>", special: true }],
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
};

t.test("texts become the pieces that were merged, and come back", async (t) => {
  const tokenizer = await BytePairTokenizer.fromJSON(JSON.stringify(small));
  const pieces = (text: string) => tokenizer.encode(text).map((id) => tokenizer.idToToken(id));
  t.strictSame(pieces("low lower"), ["low", "Ġlow", "er"]);
  t.strictSame(pieces("lo<|end|>w"), ["lo", "<|end|>", "w"], "special tokens stand alone");
  t.strictSame(pieces("ä"), ["Ã¤"], "bytes of UTF-8");
  for (const text of ["low lower", "a  b", "don't!", "ä low", ""]) t.equal(tokenizer.decode(tokenizer.encode(text)), text, text);
  t.equal(tokenizer.decode(tokenizer.encode("lo<|end|>w")), "low");
  t.equal(tokenizer.decode(tokenizer.encode("lo<|end|>w"), { skipSpecialTokens: false }), "lo<|end|>w");
});

t.test("what a file does not have is refused", async (t) => {
  const tokenizer = await BytePairTokenizer.fromJSON(small);
  t.throws(() => tokenizer.encode("€"), { name: "ValueError", message: /the piece/ });
  t.throws(() => tokenizer.decode([9999]), { message: /the number 9999/ });
  await t.rejects(BytePairTokenizer.fromJSON({ model: { type: "WordPiece" } }), { message: /"WordPiece"/ });
  await t.rejects(BytePairTokenizer.fromJSON(5 as never), { name: "ArgumentError" });
});
