import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A value that tells when it is replaced. */
export interface Observable<T> {
  readonly value: T;
  set(value: T): void;
  subscribe(listener: (value: T) => void): () => void;
}

export function observable<T>(initial: T): Observable<T> {
  const listeners = new Set<(value: T) => void>();
  let current = initial;
  return {
    get value() {
      return current;
    },
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** An observable of any kind. */
export interface Watched {
  subscribe(listener: () => void): () => void;
}

/** Updates an element whenever one of the values changes, for as long as it is in the page. */
export function watch(
  host: ReactiveControllerHost,
  ...values: Watched[]
): void {
  let stops: (() => void)[] = [];
  const controller: ReactiveController = {
    hostConnected() {
      stops = values.map((value) =>
        value.subscribe(() => host.requestUpdate()),
      );
    },
    hostDisconnected() {
      for (const stop of stops) stop();
    },
  };
  host.addController(controller);
}
