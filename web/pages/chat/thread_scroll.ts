/** Keeps a scrolling thread at its end while text arrives, until the reader scrolls up. */
export function followEnd(
  thread: HTMLElement,
  onChange: (atEnd: boolean) => void,
): { toEnd: () => void; stop: () => void } {
  let atEnd = true;
  const near = () =>
    thread.scrollHeight - thread.scrollTop - thread.clientHeight < 48;
  const toEnd = () => {
    thread.scrollTop = thread.scrollHeight;
    if (!atEnd) onChange((atEnd = true));
  };
  const onScroll = () => {
    const now = near();
    if (now !== atEnd) onChange((atEnd = now));
  };
  const grown = new ResizeObserver(() => {
    if (atEnd) thread.scrollTop = thread.scrollHeight;
  });
  grown.observe(thread);
  if (thread.firstElementChild) grown.observe(thread.firstElementChild);
  thread.addEventListener("scroll", onScroll, { passive: true });
  return {
    toEnd,
    stop: () => {
      grown.disconnect();
      thread.removeEventListener("scroll", onScroll);
    },
  };
}
