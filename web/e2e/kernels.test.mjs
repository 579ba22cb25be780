// The kernels' own tests in the browser, whose engine has paths that Node's does not.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startSite } from "./harness.mjs";
import { startServer } from "./server.mjs";

/** Runs a program of Emscripten's in a page; its exit status and what it wrote. */
async function runInPage(folder, program, ...parameters) {
  const site = await startSite(await startServer(folder));
  try {
    const page = await site.page();
    const lines = [];
    page.on("console", (message) => lines.push(message.text()));
    await page.goto(`${site.server.url}${program}`); // shows the source: a page of that origin, isolated
    const status = await page.evaluate(
      ([source, parameters]) =>
        new Promise((resolve, reject) => {
          window.Module = {
            arguments: parameters,
            onExit: resolve,
            onAbort: reject,
          };
          const script = document.createElement("script");
          script.src = source;
          document.body.append(script);
        }),
      [program, parameters],
    );
    return { status, output: lines.join("\n") };
  } finally {
    await site.close();
  }
}

for (const preset of ["wasm-threads", "wasm-relaxed"]) {
  const folder = fileURLToPath(
    new URL(`../../build/${preset}/bin/`, import.meta.url),
  );
  const program = "wick_kernels_page.js";
  const skip =
    !existsSync(`${folder}${program}`) && `not built: ${preset} ${program}`;
  test(`the kernels of ${preset}`, { skip, timeout: 300_000 }, async () => {
    const { status, output } = await runInPage(
      folder,
      program,
      "--filenames-as-tags",
      "~[#blocks_test]", // which reads files, and has no vectors
    );
    assert.equal(status, 0, output);
    assert.match(output, /All tests passed/);
  });
}
