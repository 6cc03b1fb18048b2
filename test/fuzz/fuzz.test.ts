// A few hundred random programs with a fixed seed; `npm run fuzz` runs others for as long as asked.

import t from "tap";
import { fuzz } from "./fuzz.js";

t.test("random programs give the same eagerly, traced, on several threads and in plain JavaScript", async (t) => {
  const { programs, faults } = fuzz(20, (done) => done === 300);
  t.strictSame(faults, []);
  t.equal(programs, 300);
});
