/// <reference lib="webworker" />
const scope = self as unknown as ServiceWorkerGlobalScope;

/** Filled in by the build: what to keep, under a version that changes with any file's content. */
const list = JSON.parse("__WICK_PRECACHE__") as {
  version: string;
  files: string[];
};
const cacheName = `wick-${list.version}`;
const isModule = (file: string) => file.startsWith("core/");
const at = (file: string) => new URL(file, scope.registration.scope).href;

scope.addEventListener("install", (event) => {
  const shell = list.files.filter((file) => !isModule(file));
  event.waitUntil(fetchAll(shell).then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const key of await caches.keys())
        if (key.startsWith("wick-") && key !== cacheName)
          await caches.delete(key);
      await scope.clients.claim();
    })(),
  );
});

// A page says which build of the module it uses; the others stay on the server.
scope.addEventListener("message", (event) => {
  const variant = (event.data as { variant?: unknown }).variant;
  if (typeof variant !== "string") return;
  event.waitUntil(
    fetchAll(
      list.files.filter((file) => file.startsWith(`core/${variant}/`)),
    ).catch(() => undefined),
  );
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (
    request.method !== "GET" ||
    !url.href.startsWith(scope.registration.scope)
  )
    return;
  const file =
    request.mode === "navigate"
      ? "index.html"
      : url.href.slice(scope.registration.scope.length).split("?")[0];
  if (!file || !list.files.includes(file)) return; // models and anything unknown go to the network
  event.respondWith(answer(file));
});

async function fetchAll(files: string[]): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(
    files.map(async (file) => {
      if (await cache.match(at(file))) return;
      const response = await fetch(at(file), { cache: "no-cache" });
      if (!response.ok)
        throw new Error(`${file}: the server answered ${response.status}`);
      await cache.put(at(file), response);
    }),
  );
}

async function answer(file: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(at(file));
  if (kept) return isolated(kept);
  const response = await fetch(at(file));
  if (response.ok) await cache.put(at(file), response.clone());
  return isolated(response);
}

/** Shared memory needs these headers. A server of one's own sends them; a static host cannot, so they are added here. */
function isolated(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}
