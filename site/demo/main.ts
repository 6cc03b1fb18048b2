// The demo page: two tabs, each loaded when it is first looked at.

import * as tf from "kerasm";
import { byId } from "./page.js";

/** Threads need two headers; where the host does not send them, a service worker adds them, and the page is loaded once more. */
async function isolate(): Promise<void> {
  // A page that was loaded past the worker, as browsers do when they are asked to load everything anew, is loaded once more.
  if (crossOriginIsolated) return sessionStorage.removeItem("isolated");
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const { active } = await serviceWorker.register("./isolate.js");
  // A page that is loaded anew before the worker has taken it over gets no headers (Firefox).
  const isTaken = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  if (!serviceWorker.controller && !active) await Promise.race([isTaken, new Promise((resolve) => setTimeout(resolve, 5000))]);
  if (sessionStorage.getItem("isolated")) return; // it was tried: this browser does not want to
  sessionStorage.setItem("isolated", "tried");
  location.reload();
  await new Promise(() => {}); // what would begin here ends with the page
}

const tabs = { fashion: () => import("./fashion.js"), teach: () => import("./teach.js") };
type Tab = keyof typeof tabs;
const names = Object.keys(tabs) as Tab[];
const shown = new Set<Tab>();

function show(name: Tab): void {
  for (const each of names) {
    const tab = byId(`tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
    byId(each).hidden = each !== name;
  }
  if (shown.has(name)) return;
  shown.add(name);
  void tabs[name]().then(({ start }) => start());
}

for (const name of names) {
  const tab = byId(`tab-${name}`);
  tab.addEventListener("click", () => show(name));
  tab.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = names[(names.indexOf(name) + 1) % names.length]!;
    show(other);
    byId(`tab-${other}`).focus();
  });
}

await isolate();
await tf.ready();
const { threads, build } = tf.config.get();
const why = crossOriginIsolated ? "" : " The page is not isolated, so it has one thread.";
byId("machine").textContent = `${threads} ${threads === 1 ? "thread" : "threads"}, ${build} kernels.${why}`;
show("fashion");
