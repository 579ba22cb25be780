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

  function say(outcome: string): void {
    const words = [...button.childNodes].findLast(
      ({ nodeType, textContent }) =>
        nodeType === Node.TEXT_NODE && textContent?.trim(),
    );
    const plain = tip === undefined ? words : null;
    const before = plain?.textContent ?? "";
    if (plain) plain.textContent = outcome;
    if (tip !== undefined) button.dataset.tip = outcome;
    if (label) button.setAttribute("aria-label", outcome);
    setTimeout(() => {
      if (plain) plain.textContent = before;
      if (tip !== undefined) button.dataset.tip = tip;
      if (label) button.setAttribute("aria-label", label);
    }, 1600);
  }
}
