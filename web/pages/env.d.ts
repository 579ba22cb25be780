/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** '1' in development and test builds: the mock engine can be asked for with `?core=mock`. */
  readonly VITE_MOCK?: string;
}
