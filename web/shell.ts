import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin } from "vite";
import { sections, type Section } from "./pages/sections.ts";

/** Fills index.html's placeholders, so that bar, icons and first page paint before any script has run. */
export function shellPlugin(root: string): Plugin {
  const icons = readFileSync(join(root, "style/icons.svg"), "utf8").replace(
    /\n\s*/g,
    "",
  );
  const use = (name: string) =>
    `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
  const plain = ({ id, title }: Section) =>
    `<a href="#/${id}" data-section="${id}">${title}</a>`;
  const tab = ({ id, title, icon }: Section) =>
    `<a href="#/${id}" data-section="${id}">${use(icon)}${title}</a>`;
  return {
    name: "wick-shell",
    transformIndexHtml: (html) =>
      html
        .replace("<!-- icons -->", icons)
        .replace("<!-- nav -->", sections.map(plain).join(""))
        .replace("<!-- tabs -->", sections.map(tab).join("")),
  };
}

/** Writes the list of built files, with a version made of their contents, into the service worker. */
export function precachePlugin(): Plugin {
  let out = "";
  return {
    name: "wick-precache",
    apply: "build",
    configResolved: (config) => {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const files = (
        readdirSync(out, {
          recursive: true,
          withFileTypes: true,
        }) as import("node:fs").Dirent[]
      )
        .filter((entry) => entry.isFile())
        .map((entry) =>
          relative(out, join(entry.parentPath, entry.name))
            .split(sep)
            .join("/"),
        )
        .filter((name) => name !== "sw.js")
        .sort();
      const hash = createHash("sha256");
      for (const name of files)
        hash.update(name).update(readFileSync(join(out, name)));
      const list = { version: hash.digest("hex").slice(0, 16), files };
      const worker = join(out, "sw.js");
      const text = readFileSync(worker, "utf8");
      writeFileSync(
        worker,
        text.replace(/["'`]__WICK_PRECACHE__["'`]/, () =>
          JSON.stringify(JSON.stringify(list)),
        ),
      );
    },
  };
}
