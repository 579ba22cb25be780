import type { HLJSApi, LanguageFn } from "highlight.js";
import type { Highlight } from "./markdown.ts";

type Loader = () => Promise<{ default: LanguageFn }>;

const languages: Record<string, Loader> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  css: () => import("highlight.js/lib/languages/css"),
  go: () => import("highlight.js/lib/languages/go"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  python: () => import("highlight.js/lib/languages/python"),
  rust: () => import("highlight.js/lib/languages/rust"),
  sql: () => import("highlight.js/lib/languages/sql"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const aliases: Record<string, string> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  "c++": "cpp",
  h: "cpp",
  golang: "go",
  js: "javascript",
  jsx: "javascript",
  py: "python",
  python3: "python",
  rs: "rust",
  ts: "typescript",
  tsx: "typescript",
  html: "xml",
  svg: "xml",
  yml: "yaml",
};

/** Colours code in the languages that have been loaded; asks for the others and calls `loaded` when one has come. */
export function createHighlight(loaded: () => void): Highlight {
  const asked = new Set<string>();
  let core: HLJSApi | null = null;

  async function load(name: string, loader: Loader): Promise<void> {
    const [{ default: hljs }, { default: language }] = await Promise.all([
      import("highlight.js/lib/core"),
      loader(),
    ]);
    hljs.registerLanguage(name, language);
    core = hljs;
    loaded();
  }

  return (code, language) => {
    const name = aliases[language] ?? language;
    if (core?.getLanguage(name))
      return core.highlight(code, { language: name, ignoreIllegals: true })
        .value;
    const loader = languages[name];
    if (loader && !asked.has(name)) {
      asked.add(name);
      void load(name, loader);
    }
    return null;
  };
}
