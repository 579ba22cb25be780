import { WickError } from "../../engine/errors.ts";

/** The recording that comes with the site: in the public domain, as the work of a president in office. */
export const sample = {
  address: "samples/jfk.wav",
  title: "Inaugural address, 20 January 1961",
} as const;

export async function fetchSample(): Promise<File> {
  const address = new URL(sample.address, document.baseURI);
  const response = await fetch(address).catch(() => null);
  if (!response?.ok)
    throw new WickError("network", "The sample could not be fetched.");
  return new File([await response.blob()], "jfk.wav", { type: "audio/wav" });
}
