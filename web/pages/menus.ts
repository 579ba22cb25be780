/** Menus are details elements: a click elsewhere or Esc closes them, as does choosing. */
export function startMenus(): void {
  const open = () => [
    ...document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"),
  ];
  addEventListener("click", (event) => {
    const target = event.target as Node;
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      const [menu] = open();
      if (!menu) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      menu.open = false;
      menu.querySelector("summary")?.focus();
    },
    { capture: true },
  );
}
