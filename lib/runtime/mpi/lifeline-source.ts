// The code of the lifeline, as text: a worker of each process that holds a connection to the one of rank 0, so that a lost process is
// noticed while the main thread waits for it. Where no launcher started the processes, the one of rank 0 also answers the PMI-1 questions
// by which MPICH's processes find each other. Kept self-contained, since its text is shipped.
//
//  (1) Lines of text. A member says `hello RANK SIZE`, then `beat` every now and then; the server says `go` when all are there, `lost
//      RANK`.
//  (2) Whoever is silent for too long is lost, whoever closes the connection as well. A process that was asleep itself counts anew.
//  (3) `words[0]` is 0, or 1 + the rank of the first process that was lost: what the main thread looks at and sleeps on.

export const lifelineSource = `
const net = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const { rank, size, listen, connect, patience, beat, silence, shared } = workerData;
const words = new Int32Array(shared);
const members = new Map();
let ready = false, last = Date.now();

function lost(who) {
  if (Atomics.load(words, 2)) return;
  Atomics.compareExchange(words, 0, 0, who + 1);
  Atomics.or(words, 4 + (who >> 5), 1 << (who & 31));
  Atomics.notify(words, 0);
  parentPort.postMessage({ lost: who });
  for (const [other, { socket }] of members) if (other !== who && rank === 0) socket.write("lost " + who + "\\n");
}

function fail(facts) { parentPort.postMessage({ failure: facts }); }

function lines(socket, take) {
  let rest = "";
  socket.setEncoding("utf8").setNoDelay(true);
  socket.on("data", (text) => {
    const parts = (rest + text).split("\\n");
    rest = parts.pop();
    for (const line of parts) take(line);
  });
}

function member(who, socket) {
  const entry = { socket, seen: Date.now(), gone: false };
  members.set(who, entry);
  const gone = () => {
    if (entry.gone) return;
    entry.gone = true;
    if (rank === 0 && ready && [...members.values()].every((each) => each.gone)) through();
    if (ready) return lost(who);
    members.delete(who);
    if (rank !== 0) again();
  };
  socket.on("close", gone).on("error", gone);
  return entry;
}

setInterval(() => {
  const now = Date.now();
  if (now - last > 2 * beat) for (const entry of members.values()) entry.seen = now; // (2): asleep itself
  last = now;
  for (const [who, entry] of members) {
    if (entry.gone) continue;
    entry.socket.write("beat\\n");
    if (now - entry.seen > silence) { entry.gone = true; entry.socket.destroy(); lost(who); }
  }
}, beat);

// PMI-1: put, get and barrier of one key-value space.
const values = new Map();
let waiting = [], finalized = 0;
function through() { Atomics.store(words, 3, 1); Atomics.notify(words, 3); }
function pmi(socket, line) {
  const said = Object.fromEntries(line.split(" ").map((word) => { const at = word.indexOf("="); return [word.slice(0, at), word.slice(at + 1)]; }));
  const say = (text) => socket.write(text + "\\n");
  switch (said.cmd) {
    case "initack": return say("cmd=initack rc=0\\ncmd=set size=" + size + "\\ncmd=set rank=" + said.pmiid + "\\ncmd=set debug=0");
    case "init": return say("cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0");
    case "get_maxes": return say("cmd=maxes kvsname_max=256 keylen_max=64 vallen_max=1024");
    case "get_appnum": return say("cmd=appnum appnum=0");
    case "get_universe_size": return say("cmd=universe_size size=" + size);
    case "get_my_kvsname": return say("cmd=my_kvsname kvsname=kerasm");
    case "put": values.set(said.key, said.value); return say("cmd=put_result rc=0 msg=success");
    case "get": return say(values.has(said.key) ? "cmd=get_result rc=0 msg=success value=" + values.get(said.key) : "cmd=get_result rc=-1 msg=key_" + said.key + "_not_found value=unknown");
    case "barrier_in":
      waiting.push(say);
      if (waiting.length === size) { for (const each of waiting) each("cmd=barrier_out"); waiting = []; }
      return;
    case "finalize":
      say("cmd=finalize_ack");
      if (++finalized === size) through();
      return;
    default: return say("cmd=" + said.cmd + "_result rc=-1 msg=unknown");
  }
}

function serve() {
  const server = net.createServer((socket) => {
    let take = (line) => {
      const hello = /^hello (\\d+) (\\d+) (.*)$/.exec(line);
      if (!hello) {
        if (!line.startsWith("cmd=")) return socket.destroy();
        socket.on("error", () => {});
        take = (next) => pmi(socket, next);
        return take(line);
      }
      const who = Number(hello[1]);
      if (Number(hello[2]) !== size || who >= size || who === 0 || members.has(who)) {
        socket.on("error", () => {});
        return socket.end("refused " + (members.has(who) ? "task " + who + " twice" : "task " + who + " of " + hello[2] + " at a cluster of " + size) + "\\n");
      }
      const entry = member(who, socket);
      take = (next) => { entry.seen = Date.now(); };
      if (members.size === size - 1) {
        ready = true;
        for (const each of members.values()) each.socket.write("go\\n");
        parentPort.postMessage({ ready: true });
      }
    };
    lines(socket, (line) => take(line));
  });
  server.on("error", (error) => fail({ given: "port " + listen + " of task 0, which can't be listened on (" + error.code + ")", expected: "a free port" }));
  server.listen(listen, () => parentPort.postMessage({ port: server.address().port }));
  setTimeout(() => {
    if (ready) return;
    const missing = Array.from({ length: size - 1 }, (_, i) => i + 1).filter((who) => !members.has(who));
    fail({ given: "no task " + missing.join(", ") + " for " + patience + " s", expected: "all " + size + " tasks of the cluster" });
  }, patience * 1000).unref();
}

// Until task 0 says go, a connection that fails or is closed is tried again: a proxy takes one before task 0 listens.
let again = () => {};
function join() {
  const until = Date.now() + patience * 1000;
  let next = 0;
  let refused = false;
  again = () => {
    if (refused) return;
    if (Date.now() < until) return setTimeout(attempt, 100);
    fail({ given: "no worker at " + connect.map((each) => each.join(":")).join(", ") + " for " + patience + " s", expected: "task 0 there" });
  };
  const attempt = () => {
    const [host, port] = connect[next++ % connect.length];
    const socket = net.connect({ host, port });
    socket.once("error", () => again());
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      socket.write("hello " + rank + " " + size + " \\n");
      const entry = member(0, socket);
      lines(socket, (line) => {
        entry.seen = Date.now();
        if (line === "go") { ready = true; parentPort.postMessage({ ready: true }); }
        else if (line.startsWith("lost ")) lost(Number(line.slice(5)));
        else if (line.startsWith("refused ")) { entry.gone = refused = true; fail({ given: line.slice(8), expected: "every task of TF_CONFIG once, and the same cluster in all" }); }
      });
    });
  };
  attempt();
}

parentPort.on("message", (message) => {
  if (message.listen !== undefined) return;
  if (message.connect) { connect.push(...message.connect); join(); }
});
if (rank === 0) serve(); else if (connect.length > 0) join();
`;
