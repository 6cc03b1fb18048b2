// The frame of every page: header with search, menu, content, and the list of the page's headings.

import { escaped } from "./highlight.mjs";

/**
 * @param {object} page
 * @param {string} page.path     without .html
 * @param {string} page.title
 * @param {string} page.html
 * @param {{ level: number; text: string; anchor: string }[]} [page.headings]
 * @param {boolean} [page.hasPrograms]  whether blocks of the page run here
 * @param {boolean} [page.isSeparate]  whether each of them is a program of its own
 * @param {string} [page.note]   HTML behind the content
 * @param {{ title: string; entries: { title: string; path: string }[] }[]} menu
 */
export function pageHtml({ path, title, html, headings = [], hasPrograms = false, isSeparate = false, note = "" }, menu) {
  const root = "../".repeat(path.split("/").length - 1);
  const inside = headings.filter(({ level }) => level === 2 || level === 3);
  const contents = inside
    .map(({ level, text, anchor }) => `<li class="level-${level}"><a href="#${escaped(anchor)}">${escaped(text)}</a></li>`)
    .join("");
  return `<!doctype html>
<html lang="en" data-root="${root || "./"}"${hasPrograms ? ` data-programs="${escaped(path)}"${isSeparate ? " data-separate" : ""}` : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(path === "index" ? title : `${title} · kerasm`)}</title>
<link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}assets/style.css">
<script src="${root}assets/theme.js"></script>
<script type="module" src="${root}assets/site.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<button type="button" id="menu-button" aria-expanded="false" aria-controls="menu">Menu</button>
<a class="name" href="${root}index.html">kerasm</a>
<div id="search" role="search"><input type="search" aria-label="Search" placeholder="Search" autocomplete="off" aria-controls="found"><ol id="found" hidden></ol></div>
<button type="button" id="theme">Dark</button>
</header>
<div class="frame">
<nav id="menu" aria-label="Site">${menuHtml(menu, path, root)}</nav>
<main id="content" tabindex="-1">
${html}${note}
</main>
${contents ? `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents}</ul></nav>` : ""}
</div>
<footer>MIT licence · made of the files of the repository, without a request to another host</footer>
</body>
</html>
`;
}

function menuHtml(menu, path, root) {
  return menu
    .map(({ title, entries }) => {
      const isOpen = entries.some((entry) => entry.path === path) || (path === "index" && title === "Getting started");
      const items = entries
        .map(
          (entry) =>
            `<li><a href="${root}${entry.path}.html"${entry.path === path ? ' aria-current="page"' : ""}>${escaped(entry.title)}</a></li>`,
        )
        .join("");
      return `<details${isOpen ? " open" : ""}><summary>${escaped(title)}</summary><ul>${items}</ul></details>`;
    })
    .join("");
}
