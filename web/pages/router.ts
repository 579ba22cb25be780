import { observable } from "./observable.ts";

/** A place in the site: `#/chat/abc` is the page `chat` with the argument `abc`. Hashes work on every static host. */
export interface Route {
  page: string;
  argument: string;
}

export function parseRoute(hash: string): Route {
  const [, page = "", argument = ""] = hash.split("/");
  return { page: page || "home", argument: safeDecode(argument) };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const route = observable<Route>(
  parseRoute(globalThis.location?.hash ?? ""),
);

export function startRouter(): void {
  addEventListener("hashchange", () => route.set(parseRoute(location.hash)));
}

/** Goes to a page; `replace` leaves no step in the history. */
export function go(page: string, argument = "", replace = false): void {
  const hash = `#/${page}${argument ? `/${encodeURIComponent(argument)}` : ""}`;
  if (hash === location.hash) return;
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  route.set(parseRoute(hash));
}
