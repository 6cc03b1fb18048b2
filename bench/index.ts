// npm run bench: every case beside its peers, interleaved in one run, and as a part of what the machine can do.

import { cases } from "./cases/index.js";
import { Bench } from "./harness/bench.js";
import { peerNames } from "./harness/case.js";
import { useProcessorClock } from "./harness/clock.js";
import { heading } from "./harness/report.js";
import { readOptions } from "./options.js";

const options = readOptions(process.argv.slice(2));
if (options) {
  const { filter, quick, threads } = options;
  if (options.cpu) useProcessorClock();
  const chosen = cases.filter((entry) => (!quick || entry.quick === true) && (filter?.test(entry.name) ?? true));
  if (options.list) console.log(chosen.map(({ name }) => name).join("\n"));
  else {
    const bench = new Bench(options);
    await bench.start(peerNames.filter((name) => chosen.some(({ peers }) => peers?.[name])));
    console.log(`\n${heading()}`);
    for (const entry of chosen) for (const count of threads) await bench.run(entry, count);
    bench.stop();
  }
}
