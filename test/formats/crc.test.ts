import t from "tap";
import { crc32c } from "../../lib/formats/crc.js";

t.test("CRC-32C of the examples of RFC 3720, appendix B.4", async (t) => {
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  t.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  t.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
  t.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});
