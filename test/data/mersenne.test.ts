import t from "tap";
import { md5 } from "../../lib/formats/md5.js";
import { RandomState } from "../../lib/data/known/mersenne.js";

t.test("the generator is the one of Matsumoto and Nishimura", (t) => {
  // The reference: mt19937 with seed 5489, whose 10,000th output the C++ standard states (ISO 14882, 26.6.5).
  const random = new RandomState(5489);
  let last = 0;
  for (let i = 0; i < 10_000; i++) last = random.next();
  t.equal(last, 4123659995);
  t.strictSame(new RandomState(1).permutation(6).sort(), [0, 1, 2, 3, 4, 5]);
  t.end();
});

t.test("MD5 is that of RFC 1321", (t) => {
  const of = (text: string): string => md5(new TextEncoder().encode(text));
  t.equal(of(""), "d41d8cd98f00b204e9800998ecf8427e");
  t.equal(of("abc"), "900150983cd24fb0d6963f7d28e17f72");
  t.equal(of("12345678901234567890123456789012345678901234567890123456789012345678901234567890"), "57edf4a22be3c955ac49da2e2107b67a");
  t.end();
});
