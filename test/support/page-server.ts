// A static server for the packed package, and a page whose import map names its entries as package.json's `exports` do for browsers.

import { createServer, type IncomingMessage } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

export interface PageServer {
  readonly url: string;
  /** What the page's script posted. */
  readonly posted: Promise<string>;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".gz": "application/gzip",
  ".wasm": "application/wasm",
};

/**
 * Serves the folder of the installed package below `/kerasm/` and the page at `/`.
 *
 * @param isolated  whether the page is cross-origin isolated, which sharing memory with workers takes
 * @param files  more files, by their path
 * @param policy  its Content-Security-Policy; the page's own scripts have the nonce "page"
 * @param script  a module that the page runs; what it posts to `/posted` is `posted` here, the first time
 * @param told  is called with all that it posts
 */
export async function servePage(
  home: string,
  {
    isolated,
    policy,
    script = "",
    files = new Map(),
    told = () => {},
  }: {
    isolated: boolean;
    policy?: string;
    script?: string;
    files?: ReadonlyMap<string, Uint8Array>;
    told?: (text: string) => unknown;
  },
): Promise<PageServer> {
  const page = `${await pageFor(home)}<script type="module" nonce="page">${script}</script>`;
  let post: (text: string) => void;
  const posted = new Promise<string>((resolve) => (post = resolve));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (policy) response.setHeader("Content-Security-Policy", policy);
    if (path === "/posted") return void readBody(request).then((body) => (post(body), told(body), response.end()));
    if (path === "/") return void response.setHeader("Content-Type", "text/html; charset=utf-8").end(page);
    const more = files.get(path);
    if (more) return void response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream").end(more);
    const file = normalize(join(home, decodeURIComponent(path.replace(/^\/kerasm\//, ""))));
    if (!path.startsWith("/kerasm/") || !file.startsWith(home + sep)) return void response.writeHead(404).end();
    readFile(file).then(
      (content) => response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream").end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    posted,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}

async function pageFor(home: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as {
    exports: Record<string, string | { default: string }>;
  };
  const imports: Record<string, string> = {};
  for (const [entry, target] of Object.entries(manifest.exports))
    if (typeof target !== "string") imports[`kerasm${entry.slice(1)}`] = `/kerasm/${target.default.slice(2)}`;
  return `<!doctype html><title>kerasm</title><link rel="icon" href="data:,"><script type="importmap" nonce="page">${JSON.stringify({ imports })}</script>`;
}

const pageTypes: Readonly<Record<string, string>> = {
  ...types,
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Serves a folder of static files, isolated from other origins. */
export async function serveFolder(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    if (!file.startsWith(folder + sep)) return void response.writeHead(404).end();
    readFile(file).then(
      (content) => response.setHeader("Content-Type", pageTypes[extname(file)] ?? "application/octet-stream").end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
