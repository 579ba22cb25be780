/** Whether a model can run here, before anything is fetched. */
export interface Fit {
  verdict: "fits" | "slow" | "no_space" | "too_large";
  /** Bytes of memory the model needs, and tokens a second to expect; 0 where unknown. */
  memory: number;
  speed: number;
}

export interface FitFacts {
  /** Bytes still to be fetched, and of the whole file. */
  missing: number;
  size: number;
  /** Bytes that the browser still allows this site. */
  free: number;
  /** Bytes of weights read in a second, from the last answer here; 0 where none was measured. */
  bytesPerSecond: number;
}

// A WebAssembly memory ends at 4 GiB. Beside the weights stand the cache, the activations and one tensor in transit.
const kMemoryLimit = 4 * 2 ** 30;
const kWorkingBytes = 256 * 2 ** 20;
const kSlow = 4;

export function fitOf({ missing, size, free, bytesPerSecond }: FitFacts): Fit {
  const memory = size * 1.05 + kWorkingBytes;
  const speed = bytesPerSecond / size;
  if (memory > kMemoryLimit) return { verdict: "too_large", memory, speed };
  if (missing > free) return { verdict: "no_space", memory, speed };
  return {
    verdict: speed > 0 && speed < kSlow ? "slow" : "fits",
    memory,
    speed,
  };
}
