import { fetchSiteSample } from "../site_sample.ts";

/** The recording that comes with the site: in the public domain, as the work of a president in office. */
export const sample = {
  address: "samples/jfk.wav",
  title: "Inaugural address, 20 January 1961",
} as const;

export const fetchSample = (): Promise<File> =>
  fetchSiteSample(sample.address, "jfk.wav", "audio/wav");
