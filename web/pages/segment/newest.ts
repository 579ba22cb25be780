/**
 * Runs one piece of work at a time. What is asked for meanwhile waits, and only the newest of it is done. `done` is told
 * of results that nothing newer has replaced.
 */
export function newestWins<Input, Output>(
  work: (input: Input) => Promise<Output>,
  done: (output: Output) => void,
): { ask(input: Input): void; forget(): void } {
  let running = false;
  let next: { input: Input } | null = null;
  let round = 0;

  async function run(input: Input): Promise<void> {
    running = true;
    const mine = round;
    const output = await work(input).catch(() => null); // the next one may fare better
    if (output !== null && mine === round) done(output);
    running = false;
    const waiting = next;
    next = null;
    if (waiting) await run(waiting.input);
  }

  return {
    ask(input) {
      if (running) next = { input };
      else void run(input);
    },
    /** Whatever is on its way is wanted no more. */
    forget() {
      round += 1;
      next = null;
    },
  };
}
