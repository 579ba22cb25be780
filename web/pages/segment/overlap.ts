import type { MaskTools } from "../../engine/api.ts";
import type { MaskBox, MaskCandidate } from "../../engine/types.ts";

/** The IoU from which two masks are of one thing, as the engine has it where it finds everything. */
const kMostOverlap = 0.7;

/** Those of the masks that are of none of the things that are known already. */
export async function withoutKnown(
  masks: readonly MaskCandidate[],
  known: readonly MaskCandidate[],
  tools: Pick<MaskTools, "union">,
): Promise<MaskCandidate[]> {
  const fresh: MaskCandidate[] = [];
  for (const mask of masks)
    if (!(await isAnyOf(mask, known, tools))) fresh.push(mask);
  return fresh;
}

async function isAnyOf(
  mask: MaskCandidate,
  known: readonly MaskCandidate[],
  tools: Pick<MaskTools, "union">,
): Promise<boolean> {
  for (const other of known) {
    if (mostIou(mask, other) <= kMostOverlap) continue; // most pairs lie apart
    const { area } = await tools.union([mask.rle, other.rle]);
    if ((mask.area + other.area - area) / area > kMostOverlap) return true;
  }
  return false;
}

/** What the IoU is at most, by boxes and areas. */
function mostIou(one: MaskCandidate, other: MaskCandidate): number {
  const both = Math.min(one.area, other.area, sharedArea(one.box, other.box));
  return both / Math.max(1, one.area + other.area - both);
}

/** Pixels in both of two boxes, each with its last row and column. */
function sharedArea(one: MaskBox, other: MaskBox): number {
  const side = (from: 0 | 1, to: 2 | 3) =>
    Math.max(
      0,
      Math.min(one[to], other[to]) + 1 - Math.max(one[from], other[from]),
    );
  return side(0, 2) * side(1, 3);
}
