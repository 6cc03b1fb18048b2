// A service worker for hosts that can't set headers: it adds the two that let the page share memory with its threads. Documents and workers
// need them, nothing else does: data sets and scripts pass by, since an answer that comes through a service worker ends with it, and
// browsers end one that has nothing to do while a large file is still on its way.
const carriers = ["document", "iframe", "worker", "sharedworker"];
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" && !carriers.includes(event.request.destination)) return;
  event.respondWith(
    fetch(event.request).then(async (response) => {
      if (response.status === 0) return response;
      const headers = new Headers(response.headers);
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Cross-Origin-Embedder-Policy", "require-corp");
      const { status, statusText } = response;
      return new Response(await response.blob(), { status, statusText, headers });
    }),
  );
});
