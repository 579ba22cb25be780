// @vitest-environment jsdom
import { expect, test } from "vitest";
import { createMarkdown } from "../pages/chat/markdown.ts";

const markdown = createMarkdown(() => null);
function elementOf(text: string): HTMLElement {
  const place = document.createElement("div");
  place.innerHTML = markdown.blocks(text).join("");
  return place;
}

const kHostile = [
  '<img src=x onerror="window.hit=1">',
  "<script>window.hit=1</script>",
  '<svg><animate onbegin="window.hit=1" attributeName=x /></svg>',
  "![picture](https://elsewhere.test/pixel.png)",
  '![x](x"onerror="window.hit=1)',
  "[link](javascript:window.hit=1)",
  "[link](  JaVaScRiPt:window.hit=1)",
  "[link](data:text/html,<script>window.hit=1</script>)",
  '[x](http://a.test/"onmouseover="window.hit=1)',
  '<a href="javascript:window.hit=1">x</a>',
  '<iframe srcdoc="<script>window.hit=1</script>"></iframe>',
  '<form action="https://elsewhere.test"><button>x</button></form>',
  '<input autofocus onfocus="window.hit=1">',
  '<style>*{background:url("https://elsewhere.test")}</style>',
  '<p style="background:url(https://elsewhere.test)">x</p>',
  "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>",
  "```html\n<img src=x onerror=window.hit=1>\n```",
  '```"><img/src=x/onerror=window.hit=1>\ncode\n```',
  "`<img src=x onerror=window.hit=1>`",
  "| <img src=x onerror=window.hit=1> |\n| --- |\n| <script>x</script> |",
];

test.each(kHostile)("hostile Markdown stays text: %s", (text) => {
  const place = elementOf(text);
  expect(
    place.querySelector("img, script, svg, iframe, form, style, math, object"),
  ).toBeNull();
  for (const element of place.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on|^style$|^src/);
      if (name === "href") expect(value).toMatch(/^(https?:|mailto:|#|[^:]*$)/);
    }
  }
  expect("hit" in window).toBe(false);
});

test("HTML that a model writes shows as it stands", () => {
  expect(elementOf("a <b>bold</b> claim").textContent).toContain("<b>bold</b>");
});

test("code blocks have their language, a button and their text unchanged", () => {
  const place = elementOf('```python\nif a < b:\n    print("&amp;")\n```');
  expect(place.querySelector("figcaption span")?.textContent).toBe("Python");
  expect(place.querySelector("button[data-copy]")).not.toBeNull();
  expect(place.querySelector("pre")?.textContent).toBe(
    'if a < b:\n    print("&amp;")',
  );
});

test("lists, tables, links and emphasis are elements", () => {
  const place = elementOf(
    "1. *one*\n2. **two**\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n[there](https://a.test)",
  );
  expect(place.querySelectorAll("ol li em, ol li strong")).toHaveLength(2);
  expect(place.querySelectorAll("td")).toHaveLength(2);
  const link = place.querySelector("a");
  expect(link?.getAttribute("href")).toBe("https://a.test");
  expect(link?.getAttribute("rel")).toBe("noopener noreferrer");
});

test("while an answer grows, the blocks before its end stay the same strings", () => {
  const fresh = createMarkdown(() => null);
  const text = "First.\n\n```js\nlet a = 1;\n```\n\nLast words";
  const before = fresh.blocks(text);
  const after = fresh.blocks(`${text} and more`);
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
  for (let end = 0; end <= text.length; end += 1)
    expect(() => fresh.blocks(text.slice(0, end))).not.toThrow();
});
