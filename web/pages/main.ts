import { route, startRouter } from "./router.ts";
import { sections } from "./sections.ts";
import { startTheme } from "./theme.ts";

startTheme();
startRouter();

function showSection(page: string): void {
  document.documentElement.dataset.page = page;
  const title = sections.find(({ id }) => id === page)?.title;
  document.title = title
    ? `${title} · Wick`
    : "Wick: AI that stays on this computer";
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "[data-section]",
  )) {
    if (link.dataset.section === page)
      link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

route.subscribe(({ page }) => showSection(page));
showSection(route.value.page);
