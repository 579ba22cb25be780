import { remember } from "./remember.ts";

const kKey = "wick.theme";

/** The button in the bar: turns the theme that shows into the other, and remembers it unless it is the system's. */
export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  document.getElementById("theme")?.addEventListener("click", () => {
    const system = dark.matches ? "dark" : "light";
    const shown = root.dataset.theme ?? system;
    const next = shown === "dark" ? "light" : "dark";
    if (next === system) {
      delete root.dataset.theme;
      remember(kKey, null);
    } else {
      root.dataset.theme = next;
      remember(kKey, next);
    }
  });
}
