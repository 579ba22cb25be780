/** The loudness of the sample's eleven seconds, for the pictures of pages that have no recording yet. */
const kHeights = [
  1, 1, 17, 1, 28, 24, 22, 1, 25, 13, 19, 1, 1, 1, 1, 1, 1, 1, 17, 20, 1, 1, 10,
  23, 1, 1, 1, 1, 1, 1, 18, 5, 1, 16, 4, 2, 1, 9, 1, 9, 17, 1, 1, 1, 1, 18, 17,
  1, 1, 9, 1, 1, 4, 3, 20, 4, 1, 1, 1, 1,
];

/** As strokes of an SVG path in a box of 240 by 60. */
export const envelope = kHeights
  .map((height, bar) => `M${4 * bar + 2} ${30 - height}V${30 + height}`)
  .join("");
