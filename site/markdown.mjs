// Markdown to HTML: headings with anchors, links between files made links between pages, code with its colours and its Run button.

import MarkdownIt from "markdown-it";
import { highlighted, escaped } from "./highlight.mjs";

/** The anchor of a heading, as GitHub makes it, so that links hold in both places. */
export const anchorOf = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

/**
 * @param {string} markdown
 * @param {object} around
 * @param {(href: string) => string} around.link  where a link of the file leads on the site
 * @param {(index: number, code: string) => number | undefined} around.runs  the number of the program that the block's Run button runs
 * @returns {{ html: string; title: string; headings: { level: number; text: string; anchor: string }[]; sections: { anchor: string; title:
 * string; text: string }[] }}
 */
export function rendered(markdown, { link, runs }) {
  const md = new MarkdownIt({ html: true, linkify: false });
  const headings = [];
  const taken = new Map();
  let block = -1;

  md.renderer.rules.heading_open = (tokens, i) => {
    const text = plain(tokens[i + 1]);
    const base = anchorOf(text);
    const count = taken.get(base) ?? 0;
    taken.set(base, count + 1);
    const anchor = count === 0 ? base : `${base}-${count}`;
    headings.push({ level: Number(tokens[i].tag[1]), text, anchor });
    tokens[i].meta = { anchor };
    return `<${tokens[i].tag} id="${escaped(anchor)}">`;
  };
  md.renderer.rules.link_open = (tokens, i, options, env, self) => {
    tokens[i].attrSet("href", link(tokens[i].attrGet("href")));
    return self.renderToken(tokens, i, options);
  };
  md.renderer.rules.image = (tokens, i) =>
    `<img src="${escaped(link(tokens[i].attrGet("src")))}" alt="${escaped(tokens[i].content)}" loading="lazy">`;
  md.renderer.rules.table_open = () => '<div class="table" tabindex="0" role="region" aria-label="Table"><table>';
  md.renderer.rules.table_close = () => "</table></div>";
  md.renderer.rules.html_block = (tokens, i) => {
    if (tokens[i].content.startsWith("<!-- ts")) block++;
    return tokens[i].content.startsWith("<!--") ? "" : tokens[i].content;
  };
  md.renderer.rules.fence = (tokens, i) => {
    block++;
    const language = tokens[i].info.split(" ")[0];
    return codeBlock(tokens[i].content, language, runs(block, tokens[i].content));
  };

  const tokens = md.parse(markdown, {});
  const html = md.renderer.render(tokens, md.options, {});
  return { html, title: headings[0]?.text ?? "", headings, sections: sectionsOf(tokens, headings) };
}

/** A block of code as it stands on a page; `run` is its number where it can run there. */
export function codeBlock(code, language, run) {
  const button = run === undefined ? "" : `<button type="button" class="run" data-block="${run}">Run</button>`;
  const shown = `<pre tabindex="0"><code class="language-${escaped(language || "text")}">${highlighted(code, language)}</code></pre>`;
  return `<div class="code">${shown}<div class="tools">${button}<button type="button" class="copy">Copy</button></div></div>\n`;
}

const plain = (token) =>
  (token.children ?? [])
    .filter(({ type }) => ["text", "code_inline"].includes(type))
    .map(({ content }) => content)
    .join("");

/** The text below each heading, for the search. */
function sectionsOf(tokens, headings) {
  const sections = [];
  let heading = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const { anchor, text } = headings[heading++];
      sections.push({ anchor, title: text, text: "" });
    } else if (token.type === "inline" && tokens[i - 1]?.type !== "heading_open" && sections.length > 0)
      sections.at(-1).text += `${plain(token)} `;
  }
  return sections;
}
