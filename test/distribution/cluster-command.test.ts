// `kerasm cluster`: tasks on this machine, outputs prefixed, one end for all.

import t from "tap";
import { fileURLToPath } from "node:url";
import { launchers, start } from "./mpi/launch.js";

const cli = fileURLToPath(new URL("../../../tools/cli.mjs", import.meta.url));
const script = fileURLToPath(new URL("./mpi/rank.js", import.meta.url));
const kerasm = (args: readonly string[], limit = 180) => start(process.execPath, [cli, ...args], {}, limit);

const mistakes: Readonly<Record<string, [readonly string[], RegExp]>> = {
  "an unknown command": [["train"], /kerasm: given the command train; expected one of .*cluster/],
  "no script": [["cluster", "--workers", "2"], /kerasm cluster: given no script; expected one\./],
  "a script that is not there": [["cluster", "nowhere.mjs"], /given the script nowhere\.mjs, which is not there/],
  "no workers": [["cluster", "--workers", "0", script], /given --workers 0; expected a whole number from 1 to 256/],
  "an unknown option": [["cluster", "--ranks", script], /Unknown option '--ranks'/],
};
for (const [name, [args, expected]] of Object.entries(mistakes)) {
  t.test(`refused: ${name}`, async (t) => {
    const { code, err } = await kerasm(args).ended;
    t.equal(code, 2);
    t.match(err, expected);
  });
}

t.test("help", async (t) => {
  t.match((await kerasm(["--help"]).ended).out, /cluster\s+starts a script in several processes/);
  t.match((await kerasm(["cluster", "--help"]).ended).out, /--workers N/);
});

if (!launchers.TF_CONFIG) t.comment("no MPI here: apt-get install mpich");
else {
  t.test("two workers, each with its own line", async (t) => {
    const { code, out, err, answers } = await kerasm(["cluster", "--workers", "2", script, "collectives"]).ended;
    t.equal(code, 0, err);
    t.match(out, /^\[worker 0\] @$/m);
    t.match(out, /^\[worker 1\] @$/m);
    t.strictSame(answers.map(({ rank }) => rank).sort(), [0, 1]); // prettier-ignore
  });

  t.test("the failure of one is the failure of all", async (t) => {
    const { code, err } = await kerasm(["cluster", "--workers", "2", script, "throws", "1"]).ended;
    t.equal(code, 1);
    t.match(err, /^\[worker 1\] .*a mistake of the user's/m);
    t.match(err, /^\[worker 0\] .*which was lost/m);
  });

  t.test("one Ctrl-C ends all", async (t) => {
    const started = kerasm(["cluster", "--workers", "2", script, "endless"]);
    await started.said("[worker 1] @");
    await started.said("[worker 0] @");
    process.kill(started.child.pid!, "SIGINT");
    const { code, milliseconds } = await started.ended;
    t.equal(code, 130);
    t.ok(milliseconds < 30_000);
  });
}
