import { createSHA256 } from "hash-wasm";
import type { SegmentRoom } from "../engine_room.ts";
import { openPicture, readPixels } from "./open_picture.ts";
import { memoryPictures, openPictures } from "./pictures.ts";
import { createSession, type SegmentSession } from "./session.ts";

/** The session with this browser's storage and decoders. */
export async function startSegmenting(
  room: SegmentRoom,
): Promise<SegmentSession> {
  const kept = await openPictures().catch(memoryPictures);
  return createSession({ room, kept, openPicture, readPixels, digest });
}

async function digest(file: Blob): Promise<string> {
  const hash = await createSHA256();
  hash.update(new Uint8Array(await file.arrayBuffer()));
  return hash.digest("hex").slice(0, 24);
}
