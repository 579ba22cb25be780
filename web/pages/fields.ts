/** Whether keys write there, or choose by letters: in what takes text, and in lists. */
export const takesText = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest(
    "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]",
  ) !== null;

/** Whether the space bar presses what is there. */
export const takesSpace = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("button, a, summary, input") !== null;
