/** Copies text and says so on the button for a moment. */
export async function copyFrom(
  button: HTMLElement,
  text: string,
): Promise<void> {
  const label = button.getAttribute("aria-label");
  const tip = button.dataset.tip;
  await navigator.clipboard.writeText(text).then(
    () => say("Copied"),
    () => say("The browser did not allow it"),
  );

  function say(words: string): void {
    const last = button.lastChild;
    const plain =
      tip === undefined && last?.nodeType === Node.TEXT_NODE ? last : null;
    const before = plain?.textContent ?? "";
    if (plain) plain.textContent = words;
    if (tip !== undefined) button.dataset.tip = words;
    if (label) button.setAttribute("aria-label", words);
    setTimeout(() => {
      if (plain) plain.textContent = before;
      if (tip !== undefined) button.dataset.tip = tip;
      if (label) button.setAttribute("aria-label", label);
    }, 1600);
  }
}
