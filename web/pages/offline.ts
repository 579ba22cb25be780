const kTried = "wick.isolation_tried";

/**
 * Starts the service worker, which keeps the site for use without a network. On a host that sends no isolation
 * headers it adds them, which takes effect with one reload, done before anything has begun.
 */
export async function startOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  try {
    await navigator.serviceWorker.register(new URL("sw.js", document.baseURI), {
      type: "classic",
    });
    if (crossOriginIsolated || sessionStorage.getItem(kTried)) return;
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, {
          once: true,
        }),
      );
    }
    sessionStorage.setItem(kTried, "1");
    location.reload();
  } catch {
    // private windows and blocked storage: the site works, only not offline
  }
}

/** Asks for the module's build that is in use to be kept too. */
export function keepVariant(variant: string): void {
  navigator.serviceWorker?.controller?.postMessage({ variant });
}
