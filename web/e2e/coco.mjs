/** The pixels of COCO's packed run lengths, 0 or 1, column by column: maskApi's rleFrString, read once more. */
export function pixelsOf({ size: [height, width], counts }) {
  const pixels = new Uint8Array(width * height);
  const runs = [];
  let at = 0;
  for (let byte = 0; byte < counts.length;) {
    let value = 0;
    let shift = 0;
    let bits;
    do {
      bits = counts.charCodeAt(byte++) - 48;
      value |= (bits & 31) << shift;
      shift += 5;
    } while (bits & 32);
    if (bits & 16) value |= -1 << shift;
    if (runs.length > 2) value += runs[runs.length - 2];
    runs.push(value);
    if (runs.length % 2 === 0) pixels.fill(1, at, at + value);
    at += value;
  }
  return pixels;
}

/** Of both over of either. */
export function iouOf(one, other) {
  const [a, b] = [pixelsOf(one), pixelsOf(other)];
  let both = 0;
  let either = 0;
  for (let at = 0; at < a.length; at += 1) {
    both += a[at] & b[at];
    either += a[at] | b[at];
  }
  return both / either;
}
