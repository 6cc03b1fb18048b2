import t from "tap";
import { BytePairTokenizer } from "../../lib/data/byte-pair-tokenizer.js";

/** A small file of GPT-2's form: bytes as characters, Ġ for a space. */
const bytes = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
const merges = ["l o", "lo w", "Ġ low", "e r", "Ã ¤"];
const vocab = Object.fromEntries([...bytes, "Ġ", "Ã", "¤", "lo", "low", "Ġlow", "er", "Ã¤"].map((token, i) => [token, i]));
const file = {
  model: { type: "BPE", vocab, merges },
  added_tokens: [{ id: 500, content: "<|end|>", special: true }],
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
};

t.test("texts become the pieces that were merged, and come back", (t) => {
  const tokenizer = BytePairTokenizer.fromJSON(JSON.stringify(file));
  const pieces = (text: string) => tokenizer.encode(text).map((id) => tokenizer.idToToken(id));
  t.strictSame(pieces("low lower"), ["low", "Ġlow", "er"]);
  t.strictSame(pieces("lo<|end|>w"), ["lo", "<|end|>", "w"], "special tokens stand alone");
  t.strictSame(pieces("ä"), ["Ã¤"], "bytes of UTF-8");
  for (const text of ["low lower", "a  b", "don't!", "ä low", ""]) t.equal(tokenizer.decode(tokenizer.encode(text)), text, text);
  t.equal(tokenizer.decode(tokenizer.encode("lo<|end|>w")), "low");
  t.equal(tokenizer.decode(tokenizer.encode("lo<|end|>w"), { skipSpecialTokens: false }), "lo<|end|>w");
  t.end();
});

t.test("what a file does not have is refused", (t) => {
  const tokenizer = BytePairTokenizer.fromJSON(file);
  t.throws(() => tokenizer.encode("€"), { name: "ValueError", message: /the piece/ });
  t.throws(() => tokenizer.decode([9999]), { message: /the number 9999/ });
  t.throws(() => BytePairTokenizer.fromJSON({ model: { type: "WordPiece" } }), { message: /"WordPiece"/ });
  t.throws(() => BytePairTokenizer.fromJSON(5 as never), { name: "ArgumentError" });
  t.end();
});
