import type { MaskCandidate, SegmentAnswer } from "../../engine/types.ts";

/** Of so many candidates, a quarter of a megabyte each. */
const kMost = 30;

/** What masks that were answered of late can be refined with; older ones are answered anew by all their points. */
export interface RecentLogits {
  keep(answer: SegmentAnswer): void;
  of(mask: MaskCandidate | null | undefined): Float32Array | null;
}

export function recentLogits(): RecentLogits {
  const kept = new Map<MaskCandidate, Float32Array>(); // the oldest first
  return {
    keep({ candidates, logits }) {
      candidates.forEach((mask, index) => {
        const values = logits[index];
        if (values) kept.set(mask, values);
      });
      for (const mask of kept.keys()) {
        if (kept.size <= kMost) break;
        kept.delete(mask);
      }
    },
    of: (mask) => (mask && kept.get(mask)) ?? null,
  };
}
