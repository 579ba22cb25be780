const urls = new WeakMap<Blob, string>();
const registry = new FinalizationRegistry<string>((url) =>
  URL.revokeObjectURL(url),
);

/** An address of a blob, the same for as long as the blob is held. */
export function blobUrl(blob: Blob): string {
  const known = urls.get(blob);
  if (known) return known;
  const url = URL.createObjectURL(blob);
  urls.set(blob, url);
  registry.register(blob, url);
  return url;
}
