// Colours of code: comments, strings, numbers, words of the language. Six rules are enough for what the site shows.

export const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

const words =
  "abstract|as|async|await|break|case|catch|class|const|continue|declare|default|delete|do|else|export|extends|false|finally|for|from|function|get|if|implements|import|in|instanceof|interface|let|new|null|of|override|private|readonly|return|set|static|super|switch|this|throw|true|try|type|typeof|undefined|void|while|yield";
const script = new RegExp(
  `(?<printed>^ *//>.*$)|(?<comment>//.*$|/\\*[^]*?\\*/)|(?<string>"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\`)|(?<number>\\b\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?n?\\b)|(?<word>\\b(?:${words})\\b(?!\\s*:))`,
  "gm",
);
const shell = /(?<comment>(?<=^|\s)#.*$)|(?<string>"[^"\n]*"|'[^'\n]*')/gm;
const markup = /(?<comment><!--[^]*?-->)|(?<word><\/?[\w-]+|\/?>)|(?<string>"[^"]*")/gm;
const rules = { ts: script, js: script, mjs: script, json: script, sh: shell, bash: shell, yaml: shell, dockerfile: shell, html: markup };

/** @returns {string} HTML: the code, with its parts in spans */
export function highlighted(code, language) {
  const rule = rules[language];
  const text = code.replace(/\n$/, "");
  if (!rule) return escaped(text);
  let html = "";
  let at = 0;
  for (const match of text.matchAll(rule)) {
    const [kind] = Object.entries(match.groups).find(([, part]) => part !== undefined);
    html += `${escaped(text.slice(at, match.index))}<span class="${kind}">${escaped(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escaped(text.slice(at));
}
