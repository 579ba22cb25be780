/** Values that one can go back and forth between. */
export interface History<Value> {
  past: Value[];
  now: Value;
  future: Value[];
}

const kMost = 200;

export const historyOf = <Value>(now: Value): History<Value> => ({
  past: [],
  now,
  future: [],
});

/** A step on; what was undone before is gone. */
export function advanced<Value>(
  { past, now }: History<Value>,
  next: Value,
): History<Value> {
  return { past: [...past, now].slice(-kMost), now: next, future: [] };
}

export function undone<Value>(history: History<Value>): History<Value> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
  };
}

export function redone<Value>(history: History<Value>): History<Value> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future };
}
