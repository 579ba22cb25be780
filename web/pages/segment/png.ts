import type { PictureSize } from "../../engine/types.ts";

/** Bytes of rows [first, first + count), `channels` of them a pixel; they last until the next are read. */
export type ReadRows = (first: number, count: number) => Promise<Uint8Array>;

/** One byte of grey, or four of RGBA. */
export type Channels = 1 | 4;

/** Some megabytes of pixels at a time: large pictures are never held whole. */
const kBandBytes = 2 << 20;
const kSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const kColourTypes: Record<Channels, number> = { 1: 0, 4: 6 };
const kUp = 2; // the filter: what differs from the row above

/** A PNG (ISO/IEC 15948), written band by band as its rows are read. */
export async function encodePng(
  { width, height }: PictureSize,
  channels: Channels,
  read: ReadRows,
): Promise<Blob> {
  const header = new Uint8Array(13);
  const numbers = new DataView(header.buffer);
  numbers.setUint32(0, width);
  numbers.setUint32(4, height);
  header.set([8, kColourTypes[channels]], 8);
  const rows = filteredRows({ width, height }, channels, read);
  const packed = rows.pipeThrough(new CompressionStream("deflate"));
  // Parts of a Blob leave the page's memory.
  const parts = [new Blob([new Uint8Array(kSignature), chunk("IHDR", header)])];
  const reader = packed.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(new Blob([chunk("IDAT", value)]));
  }
  parts.push(new Blob([chunk("IEND", new Uint8Array(0))]));
  return new Blob(parts, { type: "image/png" });
}

function filteredRows(
  { width, height }: PictureSize,
  channels: Channels,
  read: ReadRows,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stride = width * channels;
  const most = Math.max(1, Math.floor(kBandBytes / stride));
  let above = new Uint8Array(stride);
  let first = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const count = Math.min(most, height - first);
        const band = await read(first, count);
        controller.enqueue(filtered(above, band, stride));
        above = band.slice(-stride);
        first += count;
        if (first === height) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function filtered(
  above: Uint8Array,
  band: Uint8Array,
  stride: number,
): Uint8Array<ArrayBuffer> {
  const rows = band.length / stride;
  const out = new Uint8Array(rows * (stride + 1));
  for (let row = 0, to = 0; row < rows; row += 1) {
    out[to++] = kUp;
    const from = row * stride;
    const before = row === 0 ? above : band.subarray(from - stride, from);
    for (let at = 0; at < stride; at += 1)
      out[to++] = (band[from + at] ?? 0) - (before[at] ?? 0);
  }
  return out;
}

/** Length, name, bytes and their checksum. */
function chunk(name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length + 12);
  const numbers = new DataView(out.buffer);
  numbers.setUint32(0, bytes.length);
  for (let at = 0; at < 4; at += 1) out[4 + at] = name.charCodeAt(at);
  out.set(bytes, 8);
  numbers.setUint32(8 + bytes.length, crc32(out.subarray(4, -4)));
  return out;
}

const kTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1)
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes)
    sum = (kTable[(sum ^ byte) & 255] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}
