import type { Variant } from "./types.ts";

// One function of type () -> v128: two i8x16.splat and an i8x16.relaxed_swizzle (0xfd 0x100). Valid only where the
// relaxed SIMD instructions are known.
const kRelaxedSimd = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[
    10, 15, 1, 13, 0, 0x41, 1, 0xfd, 0x0f, 0x41, 2, 0xfd, 0x0f, 0xfd, 0x80,
    0x02, 0x0b,
  ],
);
// The same with one splat and an i8x16.popcnt (0xfd 0x62): plain 128-bit SIMD.
const kSimd = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
);

export interface Features {
  wasm: boolean;
  simd: boolean;
  relaxedSimd: boolean;
  isolated: boolean;
  cores: number;
}

export function detectFeatures(): Features {
  const wasm = typeof WebAssembly === "object";
  return {
    wasm,
    simd: wasm && WebAssembly.validate(kSimd),
    relaxedSimd: wasm && WebAssembly.validate(kRelaxedSimd),
    isolated: globalThis.crossOriginIsolated === true,
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  };
}

/** The best module for a browser, its threads, and in plain words what keeps it from a better one. */
export function chooseVariant(features: Features): {
  variant: Variant;
  threads: number;
  limits: string[];
} {
  const limits: string[] = [];
  if (!features.isolated) {
    limits.push(
      "1 thread: this page is not cross-origin isolated, so the browser keeps shared memory from it.",
    );
    return { variant: "single", threads: 1, limits };
  }
  if (!features.relaxedSimd)
    limits.push(
      "No relaxed SIMD: this browser lacks it, so products of small integers are slower.",
    );
  // A browser counts logical cores. Beyond the physical ones threads only wait for each other, so half is the better
  // guess from four up.
  const threads = Math.max(
    1,
    Math.min(
      16,
      features.cores >= 4 ? Math.ceil(features.cores / 2) : features.cores,
    ),
  );
  return {
    variant: features.relaxedSimd ? "relaxed" : "threads",
    threads,
    limits,
  };
}
