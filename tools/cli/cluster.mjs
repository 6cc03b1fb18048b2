// `kerasm cluster`: the tasks of a cluster on this machine, each a process with its own TF_CONFIG, with its output prefixed. One Ctrl-C
// ends all, and so does the failure of one.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

const usage = `kerasm cluster [--workers N] [--ps N] [--chief] [--threads N] SCRIPT [arguments of the script]

Starts SCRIPT in N worker processes on this machine that find each other by TF_CONFIG and MPI. In the script:

  await tf.distribute.initialize();
  const strategy = new tf.distribute.MultiWorkerMirroredStrategy();

  --workers N   worker tasks (default 2)
  --ps N        tasks that keep variables, for ParameterServerStrategy (default 0)
  --chief       a chief beside the workers
  --threads N   threads of each task (default: cores divided by tasks)
  --mpirun      start with Open MPI's mpirun, also where MPICH is installed`;

/** Milliseconds between asking tasks to end and ending them. */
const GRACE = 5000;

/** Arguments of the command end where the script begins: what follows is the script's. */
function split(args) {
  let at = 0;
  while (at < args.length && args[at].startsWith("-")) at += /^--(workers|ps|threads)$/.test(args[at]) ? 2 : 1;
  return [args.slice(0, at), args.slice(at)];
}

class Refusal extends Error {}

function count(name, text, least) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 256) return value;
  throw new Refusal(`kerasm cluster: given --${name} ${text}; expected a whole number from ${least} to 256.`);
}

/** @returns {Promise<number>} the exit code */
export async function run(args) {
  try {
    return await start(args);
  } catch (error) {
    if (!(error instanceof Refusal) && !String(error?.code).startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(`${error instanceof Refusal ? "" : "kerasm cluster: "}${error.message}\n\n${usage}`);
    return 2;
  }
}

async function start(args) {
  const [own, rest] = split(args);
  const { values } = parseArgs({
    args: own,
    options: {
      workers: { type: "string", default: "2" },
      ps: { type: "string", default: "0" },
      chief: { type: "boolean", default: false },
      threads: { type: "string" },
      mpirun: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [script] = rest;
  if (script === undefined) throw new Refusal("kerasm cluster: given no script; expected one.");
  if (!existsSync(script)) throw new Refusal(`kerasm cluster: given the script ${script}, which is not there; expected a file.`);
  const jobs = { ...(values.chief && { chief: 1 }), worker: count("workers", values.workers, 1) };
  const servers = count("ps", values.ps, 0);
  if (servers > 0) jobs.ps = servers;
  const total = Object.values(jobs).reduce((sum, each) => sum + each, 0);
  const threads =
    values.threads === undefined ? Math.max(1, Math.floor(availableParallelism() / total)) : count("threads", values.threads, 1);
  const env = { ...process.env, KERASM_NUM_THREADS: String(threads) };
  const hasMpich = hasLibrary("libmpich.so.12") || hasLibrary("libmpi_abi.so") || process.env.KERASM_MPI_LIBRARY !== undefined;
  if (!values.mpirun && (hasMpich || total === 1)) return together(await tasksOf(jobs, env, rest));
  if (commandOf(["mpirun.openmpi", "mpirun"]) === undefined) {
    throw new Refusal("kerasm cluster: given no MPI library; expected one. apt-get install mpich, or set KERASM_MPI_LIBRARY.");
  }
  if (jobs.ps || jobs.chief)
    throw new Refusal("kerasm cluster: given mpirun and --ps or --chief; expected MPICH for them. apt-get install mpich.");
  return together([launchedBy(commandOf(["mpirun.openmpi", "mpirun"]), total, env, rest)]);
}

const hasLibrary = (name) => spawnSync("sh", ["-c", `ldconfig -p 2>/dev/null | grep -q ${name}`]).status === 0;
const commandOf = (names) => names.find((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0);

/** One process for each task, with its TF_CONFIG. */
async function tasksOf(jobs, env, command) {
  const counts = Object.entries(jobs);
  const ports = await freePorts(counts.reduce((sum, [, each]) => sum + each, 0));
  const cluster = Object.fromEntries(counts.map(([job, each]) => [job, ports.splice(0, each).map((port) => `127.0.0.1:${port}`)]));
  return counts.flatMap(([type, each]) =>
    Array.from({ length: each }, (_, index) => ({
      name: type === "chief" ? "chief" : `${type} ${index}`,
      child: spawn(process.execPath, command, {
        env: { ...env, TF_CONFIG: JSON.stringify({ cluster, task: { type, index } }) },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      }),
    })),
  );
}

function launchedBy(mpirun, total, env, command) {
  const root = process.getuid?.() === 0 ? ["--allow-run-as-root"] : [];
  const child = spawn(mpirun, [...root, "--oversubscribe", "--tag-output", "-n", String(total), process.execPath, ...command], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  return { name: null, child };
}

/** Ports that are free now. */
async function freePorts(total) {
  const servers = await Promise.all(
    Array.from(
      { length: total },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whole lines, with the task before each. */
function prefixed(name, stream, output) {
  let rest = "";
  const line = (text) =>
    output.write(name === null ? `${text.replace(/^\[\d+,(\d+)\]<std(?:out|err)>:/, "[worker $1] ")}\n` : `[${name}] ${text}\n`);
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach(line);
  });
  stream.on("end", () => rest !== "" && line(rest));
}

/** Runs to the end of all. @returns the first exit code that is not 0 */
async function together(tasks) {
  let code = 0;
  const signal = (name) => {
    for (const { child } of tasks) {
      try {
        process.kill(-child.pid, name);
      } catch {
        // it is over
      }
    }
  };
  let timer;
  const end = () => {
    signal("SIGTERM");
    timer ??= setTimeout(() => signal("SIGKILL"), GRACE);
  };
  const interrupted = (own) => () => {
    code ||= own;
    end();
  };
  const handlers = { SIGINT: interrupted(130), SIGTERM: interrupted(143) };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  await Promise.all(
    tasks.map(
      ({ name, child }) =>
        new Promise((resolve) => {
          prefixed(name, child.stdout, process.stdout);
          prefixed(name, child.stderr, process.stderr);
          child.on("error", (error) => {
            process.stderr.write(`[${name}] ${error.message}\n`);
            code ||= 1;
            resolve();
          });
          child.on("close", (own, by) => {
            if (own !== 0 && code === 0) {
              code = own ?? 1;
              if (tasks.length > 1) process.stderr.write(`kerasm cluster: ${name} ended with ${by ?? own}; the others are ended.\n`);
              // The others say themselves what they have noticed, and end; who does not is ended.
              timer ??= setTimeout(() => signal("SIGKILL"), GRACE + 2000);
            }
            resolve();
          });
        }),
    ),
  );
  clearTimeout(timer);
  signal("SIGKILL");
  for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
  return code;
}
