import fc from "fast-check";
import t from "tap";
import { allocate, blockBytes, release, usedBytes } from "../../lib/runtime/heap.js";

t.test("blocks never overlap, are aligned, and all of them come back", async (t) => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 3_000_000 }));
  const actions = fc.array(fc.record({ bytes: sizes, frees: fc.boolean(), which: fc.nat() }), { maxLength: 120 });
  fc.assert(
    fc.property(actions, (list) => {
      const before = usedBytes();
      const live: { address: number; bytes: number }[] = [];
      for (const { bytes, frees, which } of list) {
        if (frees && live.length > 0) {
          const [gone] = live.splice(which % live.length, 1);
          release(gone!.address, gone!.bytes);
          continue;
        }
        const address = allocate(bytes);
        if (address === 0 || address % 64 !== 0) return false;
        for (const other of live) if (address < other.address + other.bytes && other.address < address + bytes) return false;
        live.push({ address, bytes });
      }
      for (const { address, bytes } of live) release(address, bytes);
      return usedBytes() === before;
    }),
    { numRuns: 60 },
  );
});

t.test("a freed large range is used again instead of growing the memory", async (t) => {
  const first = allocate(5_000_000);
  release(first, 5_000_000);
  const again = allocate(5_000_000);
  t.equal(again, first);
  release(again, 5_000_000);
});

t.test("a block takes at most a quarter more than was asked for, beyond its alignment", async (t) => {
  for (let bytes = 1; bytes < 1e7; bytes = Math.ceil(bytes * 1.07))
    t.ok(blockBytes(bytes) >= bytes && blockBytes(bytes) <= bytes * 1.25 + 1024, `${bytes}`);
});
