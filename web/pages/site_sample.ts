import { WickError } from "../engine/errors.ts";

/** A file that comes with the site, by its address there, as one called `name`. */
export async function fetchSiteSample(
  address: string,
  name: string,
  type: string,
): Promise<File> {
  const response = await fetch(new URL(address, document.baseURI)).catch(
    () => null,
  );
  if (!response?.ok)
    throw new WickError("network", "The sample could not be fetched.");
  return new File([await response.blob()], name, { type });
}
