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
  /** Publishers' addresses, tried in order. */
  urls: string[];
}

/** A file that the page's own server has, as its models/index.json lists them. */
export interface ServedFile {
  name: string;
  file: string;
  size: number;
  sha256?: string | undefined;
}

/**
 * Reads a parsed catalogue: the repository's own, whose files have `sources`, or a server's, whose files have `urls`.
 * Entries without the right shape are left out.
 */
export function parseCatalog(json: unknown): CatalogEntry[] {
  const models =
    isRecord(json) && Array.isArray(json.models) ? json.models : [];
  return models.flatMap((model: unknown) => entryOf(model) ?? []);
}

export function parseServed(json: unknown): ServedFile[] {
  const files: unknown[] = Array.isArray(json)
    ? json
    : isRecord(json) && Array.isArray(json.files)
      ? json.files
      : [];
  return files.flatMap((file): ServedFile[] => {
    if (!isRecord(file) || !isFileName(file.file) || !isSize(file.size))
      return [];
    const name = isText(file.name) ? file.name : file.file;
    return [{ name, file: file.file, size: file.size, ...hashOf(file) }];
  });
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
  const own = here
    ? [new URL(`models/${encodeURIComponent(here.file)}`, base).href]
    : [];
  return [...own, ...file.urls];
}

function entryOf(value: unknown): CatalogEntry | null {
  if (!isRecord(value) || !Array.isArray(value.files)) return null;
  const { name, title, task, licence, quantisation } = value;
  if (!isText(name) || !isText(title) || !isText(task) || !isText(licence))
    return null;
  const files = value.files.map(fileOf);
  const whole = files.filter((file) => file !== null);
  if (whole.length === 0 || whole.length < files.length) return null;
  return {
    ...{ name, title, task, licence, files: whole },
    ...(isText(quantisation) && { quantisation }),
    default: value.default === true,
  };
}

function fileOf(value: unknown): CatalogFile | null {
  if (!isRecord(value) || !isFileName(value.name) || !isSize(value.size))
    return null;
  const urls = Array.isArray(value.urls) ? value.urls : [];
  const sources = Array.isArray(value.sources) ? value.sources : [];
  const addresses = [
    ...urls,
    ...sources.map((source: unknown) => isRecord(source) && source.url),
  ];
  return {
    ...{ name: value.name, size: value.size },
    ...hashOf(value),
    urls: addresses.filter(isAddress),
  };
}

function hashOf(value: Record<string, unknown>): { sha256?: string } {
  const { sha256 } = value;
  return isText(sha256) && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {};
}

/** A name that the browser's file system and a server's folder both take. */
function isFileName(value: unknown): value is string {
  return (
    isText(value) &&
    value.length <= 200 &&
    !/[\p{Cc}\p{Surrogate}/\\:*?"<>|]/u.test(value) &&
    !value.startsWith(".")
  );
}

function isAddress(value: unknown): value is string {
  return isText(value) && /^https?:\/\//.test(value) && URL.canParse(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
