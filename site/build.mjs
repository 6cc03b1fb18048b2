// npm run site: static files in build/site. Any web server serves them as they are; nothing in them asks another host.
//   node site/build.mjs [--without-reference]

import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { blocksOf, isCode, isFragment } from "./blocks.mjs";
import { programs, sections } from "./contents.mjs";
import { codeBlock, rendered } from "./markdown.mjs";
import { javascriptOf, runsInPage } from "./programs.mjs";
import { searchIndex } from "./search.mjs";
import { pageHtml } from "./template.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const out = join(root, "build/site");
const read = (file) => readFileSync(join(root, file), "utf8");

const write = (path, content) => {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), content);
};

/** Every page of prose and every program: what it is made of and where it goes. */
const pages = [{ file: "README.md", path: "index", section: "" }];
for (const section of sections) {
  for (const page of section.pages) if (existsSync(join(root, page.file))) pages.push({ ...page, section: section.title });
  for (const { folder, only, except } of programs.filter((each) => each.section === section.programs))
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (!name.endsWith(".ts") || except?.includes(name) || (only && !only.includes(name))) continue;
      const base = folder.replace("examples/", "").replace(/^examples$/, "data");
      pages.push({ file: `${folder}/${name}`, path: `examples/${base}/${name.slice(0, -3)}`, section: section.title });
    }
}
const pathOf = new Map(pages.map(({ file, path }) => [file, path]));

/** Where a link of a file leads: to the page of the file that it names, or to that file's source in the repository. */
function linkFrom({ file, path }, copied) {
  return (href) => {
    if (/^(https?:|mailto:|#)/.test(href)) return href;
    const [target, anchor] = href.split("#");
    const named = posix.normalize(posix.join(posix.dirname(file), target)).replace(/\/$/, "");
    const up = "../".repeat(path.split("/").length - 1);
    const page = pathOf.get(named);
    if (page) return `${up}${page}.html${anchor ? `#${anchor}` : ""}`;
    if (!existsSync(join(root, named))) throw new Error(`${file}: a link to ${href}, which is not there`);
    if (statSync(join(root, named)).isDirectory()) {
      if (named.startsWith("examples")) return `${up}examples/index.html`;
      throw new Error(`${file}: a link to the folder ${href}, which has no page`);
    }
    copied.add(named);
    return `${up}${copyOf(named)}`;
  };
}

/** Where a file of the repository stands on the site: pictures as they are, sources as text. */
const copyOf = (file) => `files/${file}${/\.(png|svg|jpg)$/.test(file) ? "" : ".txt"}`;

const copied = new Set();

/** A page of prose. */
async function proseOf(page) {
  const markdown = read(page.file);
  const blocks = blocksOf(markdown);
  const runs = (index) => (runnable(blocks[index]) ? index : undefined);
  const { html, title, headings, sections } = rendered(markdown, { link: linkFrom(page, copied), runs });
  const isProgram = blocks.some(runnable);
  if (isProgram) {
    const codes = await javascriptOf(blocks.map((block) => (runnable(block) || (block.hidden && isCode(block)) ? block.code : "")));
    write(`programs/${page.path}.json`, JSON.stringify(codes));
  }
  return {
    ...page,
    title: page.path === "index" ? "kerasm: Keras for JavaScript" : title,
    html,
    headings,
    sections,
    hasPrograms: isProgram,
  };
}
const runnable = (block) => isCode(block) && !block.hidden && !isFragment(block) && !block.words.includes("node");

/** A program: what its first lines say, what it drew after training, and its text. */
async function programOf(page) {
  const text = read(page.file);
  const comment = /^(?:\/\/.*\n)+/.exec(text)?.[0] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^\/\/ ?/, "")).filter(Boolean); // prettier-ignore
  const about = lines.filter((line) => !/^ *node build/.test(line)).join(" ");
  const name = page.path.split("/").at(-1);
  const title = titleOf(name);
  const isRunnable = runsInPage(text);
  if (isRunnable) write(`programs/${page.path}.json`, JSON.stringify(await javascriptOf([text])));
  const pictures = ["svg", "png"].map((ending) => `docs/pictures/${name}.${ending}`).filter((file) => existsSync(join(root, file)));
  pictures.forEach((file) => copied.add(file));
  const up = "../".repeat(page.path.split("/").length - 1);
  const drawn = pictures
    .map((file) => `<p><img class="drawn" src="${up}files/${file}" alt="What ${name} drew after training"></p>`)
    .join("");
  const md = rendered(`# ${title}\n\n${about}\n`, { link: linkFrom(page, copied), runs: () => undefined });
  const command = page.file.replace(/^/, "node build/").replace(/\.ts$/, ".js");
  const where = `<p>From the repository: <code>${command}</code>. ${isRunnable ? " In this page Run uses less data, as <code>--quick</code> does." : ""}</p>`;
  const html = `${md.html}${drawn}${where}${codeBlock(text, "ts", isRunnable ? 0 : undefined)}`;
  return { ...page, title, html, headings: [], sections: [{ anchor: "", title, text: about }], hasPrograms: isRunnable };
}
const titleOf = (name) => {
  const words = name.replaceAll("-", " ");
  return words[0].toUpperCase() + words.slice(1);
};

/** The scripts and styles of the site, and the package that the Run buttons run. */
async function assets() {
  await build({
    entryPoints: [
      "site.js",
      "search.js",
      "run.js",
      "runner.js",
      "theme.js",
      "node/util.js",
      "node/path.js",
      "node/fs.js",
      "node/os.js",
    ].map((name) => join(here, "client", name)),
    outdir: join(out, "assets"),
    outbase: join(here, "client"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["./search.js", "./run.js"],
    logLevel: "warning",
  });
  for (const name of ["style.css", "icon.svg"]) cpSync(join(here, "client", name), join(out, "assets", name));
  const { exports } = JSON.parse(read("package.json"));
  const entries = Object.entries(exports).flatMap(([entry, targets]) =>
    targets.default?.startsWith("./dist/browser/")
      ? [[`kerasm${entry.slice(1)}`, targets.default.replace("./dist/browser/", "./kerasm/dist/browser/")]]
      : [],
  );
  const imports = Object.fromEntries([
    ...entries,
    ...["util", "path", "fs", "os"].map((name) => [`node:${name}`, `./assets/node/${name}.js`]),
  ]);
  write("runner.html", runnerHtml(imports));
  cpSync(join(root, "dist/browser"), join(out, "kerasm/dist/browser"), { recursive: true, filter: (file) => !file.endsWith(".map") });
  cpSync(join(root, "datasets/fashion-mnist"), join(out, "kerasm/datasets/fashion-mnist"), { recursive: true });
  write("_headers", "/*\n  Cross-Origin-Opener-Policy: same-origin\n  Cross-Origin-Embedder-Policy: require-corp\n");
  write(".nojekyll", "");
  for (const file of copied) {
    mkdirSync(dirname(join(out, copyOf(file))), { recursive: true });
    cpSync(join(root, file), join(out, copyOf(file)));
  }
}

const runnerHtml = (imports) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Program</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="./assets/runner.js"></script></head><body></body></html>
`;

rmSync(out, { recursive: true, force: true });
const made = [];
for (const page of pages) made.push(page.file.endsWith(".md") ? await proseOf(page) : await programOf(page));
const menu = sections
  .map(({ title }) => ({ title, entries: made.filter((page) => page.section === title) }))
  .filter(({ entries }) => entries.length > 0);

if (!process.argv.includes("--without-reference")) {
  const { referencePages } = await import("./reference.mjs");
  const reference = await referencePages();
  menu.push({ title: "Reference", entries: reference.filter(({ inMenu }) => inMenu) });
  made.push(...reference);
  const silent = reference.filter(({ isDocumented }) => isDocumented === false).map(({ title }) => title);
  const unshown = reference.filter(({ hasExample }) => hasExample === false).map(({ title }) => title);
  writeFileSync(join(root, "build/site-undocumented.json"), JSON.stringify({ silent, unshown }));
}
for (const page of made) {
  write(`${page.path}.html`, pageHtml(page, menu));
  if (page.programs) write(`programs/${page.path}.json`, JSON.stringify(await javascriptOf(page.programs)));
}
write("search.json", searchIndex(made));
await assets();
console.log(`build/site: ${made.length} pages`);
