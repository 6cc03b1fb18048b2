// Run buttons. The blocks of a page up to the one whose button was pressed run as one module in a frame of their own (runner.html), on the
// package itself; what each prints stands below it. Stop removes the frame, and with it everything that it does.

const { root, programs, separate } = document.documentElement.dataset;
const codes = fetch(`${root}programs/${programs}.json`).then((response) => response.json());

let running;

/** Starts the program, or stops the one that runs. */
export async function toggle(button) {
  if (running?.button === button) return stop("Stopped.");
  stop("Stopped.");
  button.textContent = "Stop";
  const last = Number(button.dataset.block);
  const first = separate === undefined ? 0 : last;
  const frame = Object.assign(document.createElement("iframe"), {
    src: `${root}runner.html`,
    title: "What the program draws",
    className: "stage",
  });
  frame.tabIndex = -1;
  const mine = { button, frame, last, at: last };
  running = mine;
  for (const output of document.querySelectorAll(".code > .output")) output.remove();
  print(last, "note", "Starting …");
  button.closest(".code").append(frame);
  const all = await codes;
  addEventListener("message", function hear({ source, data }) {
    if (running !== mine) return removeEventListener("message", hear);
    if (source !== frame.contentWindow) return;
    if (data.kind === "ready") frame.contentWindow.postMessage({ codes: all.slice(first, last + 1), first }, location.origin);
    if (data.kind === "at") mine.at = data.block;
    if (data.kind === "log") print(mine.at, data.level, data.text, data.over);
    if (data.kind === "height") frame.style.height = `${data.height}px`;
    if (data.kind === "picture") picture(mine.at, data.name, data.bytes);
    if (data.kind === "done") finish(data);
  });
}

function finish({ error, seconds }) {
  if (error) print(running.at, "error", error);
  print(running.last, "note", `${error ? "Ended" : "Done"} after ${seconds.toFixed(1)} s.`);
  release();
}

function stop(why) {
  if (!running) return;
  print(running.last, "note", why);
  running.frame.remove();
  release();
}

function release() {
  running.button.textContent = "Run";
  if (running.frame.style.height === "") running.frame.remove();
  running = undefined;
}

function outputOf(block) {
  const code = document.querySelector(`.run[data-block="${block}"]`)?.closest(".code") ?? running.button.closest(".code");
  let output = code.querySelector(":scope > .output");
  if (!output) {
    output = Object.assign(document.createElement("div"), { className: "output", tabIndex: 0 });
    output.setAttribute("role", "log");
    output.setAttribute("aria-label", "Output");
    code.querySelector(".tools").after(output);
  }
  return output;
}

/** @param over  whether the line replaces the one before, as a bar of progress does */
function print(block, level, text, over = false) {
  const output = outputOf(block);
  if (output.lastChild?.dataset.level === "note" && output.lastChild.textContent === "Starting …") output.lastChild.remove();
  if (over && output.lastChild?.dataset.over) output.lastChild.remove();
  const line = Object.assign(document.createElement("pre"), { textContent: text });
  line.dataset.level = level;
  if (over) line.dataset.over = "yes";
  output.append(line);
  output.scrollTop = output.scrollHeight;
}

function picture(block, name, bytes) {
  const type = name.endsWith(".svg") ? "image/svg+xml" : "image/png";
  const image = Object.assign(document.createElement("img"), { src: URL.createObjectURL(new Blob([bytes], { type })), alt: name });
  outputOf(block).append(image);
}
