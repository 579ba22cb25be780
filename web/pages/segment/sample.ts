import { fetchSiteSample } from "../site_sample.ts";

/** The picture that comes with the site: from Segment Anything's own examples, Apache-2.0. */
export const sample = {
  address: "samples/truck.jpg",
  title: "truck.jpg",
} as const;

export const fetchSample = (): Promise<File> =>
  fetchSiteSample(sample.address, sample.title, "image/jpeg");
