import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { encodePng, type Channels } from "../pages/segment/png.ts";

/** The rows of a PNG whose filters are all Up, and the names of its parts. */
async function decoded(png: Blob, stride: number) {
  const bytes = Buffer.from(await png.arrayBuffer());
  const parts: { name: string; body: Buffer }[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    parts.push({ name, body: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  const packed = parts.filter(({ name }) => name === "IDAT");
  const rows = inflateSync(Buffer.concat(packed.map(({ body }) => body)));
  const above = new Uint8Array(stride);
  const pixels: number[] = [];
  for (let at = 0; at < rows.length; at += stride + 1) {
    expect(rows[at]).toBe(2);
    for (let x = 0; x < stride; x += 1) {
      above[x] = (above[x] ?? 0) + (rows[at + 1 + x] ?? 0);
      pixels.push(above[x] ?? 0);
    }
  }
  return { bytes, names: new Set(parts.map(({ name }) => name)), pixels };
}

test.each<[number, number, Channels]>([
  [1, 1, 1],
  [7, 5, 4],
  [3000, 500, 4],
])(
  "%i x %i pixels of %i bytes are written as they are read",
  async (width, height, channels) => {
    const stride = width * channels;
    const level = (at: number) => (at * 7 + (at >> 8)) & 255;
    let read = 0;
    const png = await encodePng({ width, height }, channels, (first, count) => {
      expect(first).toBe(read);
      read += count;
      const band = Uint8Array.from({ length: count * stride }, (_, at) =>
        level(first * stride + at),
      );
      return Promise.resolve(band);
    });
    expect(read).toBe(height);
    expect(png.type).toBe("image/png");
    const { bytes, names, pixels } = await decoded(png, stride);
    expect(bytes.readUInt32BE(16)).toBe(width);
    expect(bytes.readUInt32BE(20)).toBe(height);
    expect([...names]).toEqual(["IHDR", "IDAT", "IEND"]);
    expect(pixels.every((pixel, at) => pixel === level(at))).toBe(true);
    // The checksum that every PNG ends with.
    expect(bytes.subarray(-4).toString("hex")).toBe("ae426082");
  },
);
