import { WickError } from "../../engine/errors.ts";

/** The picture that comes with the site: from Segment Anything's own examples, Apache-2.0. */
export const sample = {
  address: "samples/truck.jpg",
  title: "truck.jpg",
} as const;

export async function fetchSample(): Promise<File> {
  const address = new URL(sample.address, document.baseURI);
  const response = await fetch(address).catch(() => null);
  if (!response?.ok)
    throw new WickError("network", "The sample could not be fetched.");
  const blob = await response.blob();
  return new File([blob], sample.title, { type: "image/jpeg" });
}
