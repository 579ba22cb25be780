import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const kPages = ["bench", "chat", "models", "segment", "transcribe"];
const kComment = /\/\*[\s\S]*?\*\//g;
const kCommas = /,(?![^(]*\))/; // but those within :is()

const selectorsOf = (page: string): string[] =>
  readFileSync(new URL(`../style/${page}.css`, import.meta.url), "utf8")
    .replace(kComment, "")
    .split("{")
    .map((before) => before.split(/[};]/).at(-1)?.trim() ?? "")
    .filter((selector) => selector && !selector.startsWith("@"))
    .flatMap((selector) => selector.split(kCommas))
    .map((selector) => selector.trim());
const classesOf = (selector: string): string[] =>
  [...selector.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name ?? "");

// A page's styles stay when one goes on to another page.
test.each(kPages)("what styles the page %s reaches no other page", (page) => {
  const others = kPages.filter((other) => other !== page);
  for (const other of others) {
    const theirs = new Set(selectorsOf(other).flatMap(classesOf));
    const wide = selectorsOf(page).filter((selector) => {
      const classes = classesOf(selector);
      return classes.length > 0 && classes.every((name) => theirs.has(name));
    });
    expect(wide, `${page}.css, of ${other}.css`).toEqual([]);
  }
});
