import DOMPurify from "dompurify";
import { Marked, type Token as Block } from "marked";

/** Colours a block of code: HTML of spans, or null where the language is not known yet or at all. */
export type Highlight = (code: string, language: string) => string | null;

// Models write no HTML on purpose, and a picture's address would be a request to somewhere: both are left out.
const kTags =
  "p br hr h1 h2 h3 h4 h5 h6 strong em del code pre a ul ol li blockquote table thead tbody tr th td input span div figure figcaption button".split(
    " ",
  );
const kAttributes =
  "href title start class align checked disabled type tabindex aria-label data-copy rel target".split(
    " ",
  );

export interface Markdown {
  /** One piece of HTML for each block. A block that has not changed gives the same string again, from a small cache. */
  blocks(text: string): string[];
}

export function createMarkdown(
  highlight: Highlight,
  purify: typeof DOMPurify = DOMPurify,
): Markdown {
  const marked = new Marked({ gfm: true, breaks: true });
  marked.use({
    renderer: {
      code: ({ text, lang }) =>
        codeBlock(text, lang?.trim().split(/\s+/)[0] ?? "", highlight),
      html: ({ text }) => escapeHtml(text),
      image: ({ text, href }) => escapeHtml(`![${text}](${href})`),
      link({ href, title, tokens }) {
        const words = this.parser.parseInline(tokens);
        const tip = title ? ` title="${escapeHtml(title)}"` : "";
        return `<a href="${escapeHtml(href)}"${tip} target="_blank" rel="noopener noreferrer">${words}</a>`;
      },
    },
  });
  let kept = new Map<string, string>();

  return {
    blocks(text) {
      const tokens = marked.lexer(text);
      const used = new Map<string, string>();
      const pieces: string[] = [];
      for (const block of tokens) {
        if (block.type === "space") continue;
        const piece = kept.get(block.raw) ?? render([block], tokens.links);
        used.set(block.raw, piece);
        pieces.push(piece);
      }
      kept = used;
      return pieces;
    },
  };

  function render(
    blocks: Block[],
    links: ReturnType<typeof marked.lexer>["links"],
  ): string {
    const html = marked.parser(Object.assign(blocks, { links }));
    return purify.sanitize(html, {
      ALLOWED_TAGS: kTags,
      ALLOWED_ATTR: kAttributes,
      ALLOW_DATA_ATTR: false,
    });
  }
}

const kLanguageNames: Record<string, string> = {
  js: "JavaScript",
  javascript: "JavaScript",
  ts: "TypeScript",
  typescript: "TypeScript",
  py: "Python",
  python: "Python",
  cpp: "C++",
  "c++": "C++",
  c: "C",
  cs: "C#",
  rs: "Rust",
  rust: "Rust",
  go: "Go",
  java: "Java",
  sh: "Shell",
  bash: "Shell",
  json: "JSON",
  html: "HTML",
  css: "CSS",
  sql: "SQL",
  yaml: "YAML",
};

function codeBlock(
  code: string,
  language: string,
  highlight: Highlight,
): string {
  const title = kLanguageNames[language.toLowerCase()] ?? language;
  const body = highlight(code, language.toLowerCase()) ?? escapeHtml(code);
  const icon = '<span class="copy-icon"></span>';
  return (
    `<figure class="codeblock"><figcaption><span>${escapeHtml(title || "Code")}</span>` +
    `<button type="button" class="btn quiet small" data-copy="code">${icon}Copy</button></figcaption>` +
    `<pre tabindex="0" aria-label="${escapeHtml(title || "Code")}"><code>${body}</code></pre></figure>`
  );
}

export function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char);
}
