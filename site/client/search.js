// The search: an index that was made with the site, asked in the page. Arrow keys move through what was found.

import MiniSearch from "minisearch";
import { searchOptions } from "./search-options.js";

const root = document.documentElement.dataset.root;
const list = document.getElementById("found");
const input = document.querySelector("#search input");
const index = fetch(`${root}search.json`).then(async (response) => MiniSearch.loadJSON(await response.text(), searchOptions));

/** Shows what fits the words; nothing for none. */
export async function show(words) {
  const found = words.trim() === "" ? [] : (await index).search(words).slice(0, 12);
  if (words !== input.value) return; // more was typed meanwhile
  list.replaceChildren(
    ...found.map(({ url, page, title }) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: root + url });
      const where = Object.assign(document.createElement("small"), { textContent: page === title ? "" : page });
      link.append(title, " ", where);
      item.append(link);
      return item;
    }),
  );
  if (found.length === 0 && words.trim() !== "") list.append(Object.assign(document.createElement("li"), { textContent: "Nothing found" }));
  list.hidden = words.trim() === "";
}

const links = () => Array.from(list.querySelectorAll("a"));
document.getElementById("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    list.hidden = true;
    input.focus();
  }
  if (event.key === "Enter" && document.activeElement === input) links()[0]?.click();
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const at = links().indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (links()[at] ?? input).focus();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#search")) list.hidden = true;
});
