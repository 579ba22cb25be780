import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const kTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
};

/**
 * Serves a folder as `wick serve` does: isolation headers, byte ranges, and under /models/ a catalogue, an index and
 * files held in memory. `behaviour` may be changed while it runs: `isolated`, `bytesPerSecond` of model files,
 * `dropAfter` bytes of a model file the connection ends.
 */
export async function startServer(root, models = {}) {
  const behaviour = { isolated: true, bytesPerSecond: 0, dropAfter: 0 };
  const requests = [];
  const server = createServer((request, response) => {
    const path = normalize(
      decodeURIComponent(new URL(request.url, "http://x").pathname),
    );
    requests.push({ path, range: request.headers.range });
    const head = behaviour.isolated
      ? {
          "Cross-Origin-Opener-Policy": "same-origin",
          "Cross-Origin-Embedder-Policy": "require-corp",
          "Cross-Origin-Resource-Policy": "same-origin",
        }
      : {};
    if (path.startsWith(`${sep}models${sep}`)) {
      serveModel(request, response, head, path.slice(8), models, behaviour);
      return;
    }
    const file = join(
      root,
      path.endsWith(sep) ? join(path, "index.html") : path,
    );
    try {
      const { size } = statSync(file);
      const type = kTypes[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, {
        ...head,
        "Content-Type": type,
        "Content-Length": size,
        "Cache-Control": "no-cache",
      });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404, head).end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref(); // a test that fails before it closes the server shall end
  return {
    url: `http://localhost:${server.address().port}/`,
    behaviour,
    requests,
    close: () =>
      new Promise(
        (resolve) => (server.closeAllConnections(), server.close(resolve)),
      ),
  };
}

async function serveModel(request, response, head, name, models, behaviour) {
  const json = { "catalog.json": models.catalog, "index.json": models.index }[
    name
  ];
  if (json) {
    response
      .writeHead(200, { ...head, "Content-Type": "application/json" })
      .end(JSON.stringify(json));
    return;
  }
  const bytes = models.files?.[name];
  if (!bytes) {
    response.writeHead(404, head).end("not found");
    return;
  }
  const from = Number(
    /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0,
  );
  const range =
    from > 0
      ? { "Content-Range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
      : {};
  response.writeHead(from > 0 ? 206 : 200, {
    ...head,
    ...range,
    "Accept-Ranges": "bytes",
    "Content-Length": bytes.length - from,
  });
  const part = 1 << 18;
  for (let at = from; at < bytes.length && !response.destroyed; at += part) {
    if (behaviour.dropAfter > 0 && at - from >= behaviour.dropAfter) {
      response.destroy();
      return;
    }
    response.write(bytes.subarray(at, at + part));
    const { bytesPerSecond } = behaviour;
    if (bytesPerSecond > 0)
      await new Promise((resolve) =>
        setTimeout(resolve, (part / bytesPerSecond) * 1000),
      );
  }
  response.end();
}
