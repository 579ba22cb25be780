/** One model of models/catalog.json. */
export interface CatalogEntry {
  name: string;
  title: string;
  task: string;
  licence: string;
  quantisation?: string | undefined;
  default?: boolean | undefined;
  files: CatalogFile[];
}

export interface CatalogFile {
  name: string;
  size: number;
  sha256?: string | undefined;
  sources: { url?: string | undefined }[];
}

/** A file that the page's own server has, as its models/index.json lists them. */
export interface ServedFile {
  name: string;
  file: string;
  size: number;
  sha256?: string | undefined;
}

/** Checks the shape of a parsed catalogue; entries that do not have it are left out. */
export function parseCatalog(json: unknown): CatalogEntry[] {
  const models =
    isRecord(json) && Array.isArray(json.models) ? json.models : [];
  return models.filter(isEntry);
}

export function parseServed(json: unknown): ServedFile[] {
  const files: unknown[] = Array.isArray(json)
    ? json
    : isRecord(json) && Array.isArray(json.files)
      ? json.files
      : [];
  return files.filter(
    (file): file is ServedFile =>
      isRecord(file) &&
      typeof file.file === "string" &&
      typeof file.size === "number",
  );
}

/** Where to fetch a file: the page's own server if it has it, then its publisher. */
export function addressesOf(
  file: CatalogFile,
  served: ServedFile[],
  base: string,
): string[] {
  const here = served.find(
    (one) => one.file === file.name && one.size === file.size,
  );
  const publishers = file.sources.flatMap(({ url }) => (url ? [url] : []));
  return here
    ? [
        new URL(`models/${encodeURIComponent(here.file)}`, base).href,
        ...publishers,
      ]
    : publishers;
}

function isEntry(value: unknown): value is CatalogEntry {
  return (
    isRecord(value) &&
    ["name", "title", "task", "licence"].every(
      (key) => typeof value[key] === "string",
    ) &&
    Array.isArray(value.files) &&
    value.files.length > 0 &&
    value.files.every(isFile)
  );
}

function isFile(value: unknown): value is CatalogFile {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.size === "number" &&
    (value.sha256 === undefined || typeof value.sha256 === "string") &&
    Array.isArray(value.sources) &&
    value.sources.every(isRecord)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
