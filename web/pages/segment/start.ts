import { createSHA256 } from "hash-wasm";
import type { SegmentRoom } from "../engine_room.ts";
import { openPicture, readPixels, showPicture } from "./open_picture.ts";
import { memoryPictures, openPictures } from "./pictures.ts";
import { createSession, type SegmentSession } from "./session.ts";

const kPart = 4 << 20;

/** The session with this browser's storage and decoders. */
export async function startSegmenting(
  room: SegmentRoom,
): Promise<SegmentSession> {
  const kept = await openPictures().catch(memoryPictures);
  const decoders = { openPicture, showPicture, readPixels };
  return createSession({ room, kept, ...decoders, digest });
}

/** Read in parts: a large picture's file need not be held. */
async function digest(file: Blob): Promise<string> {
  const hash = await createSHA256();
  for (let at = 0; at < file.size; at += kPart) {
    const part = await file.slice(at, at + kPart).arrayBuffer();
    hash.update(new Uint8Array(part));
  }
  return hash.digest("hex").slice(0, 24);
}
