import type { SpeechRoom } from "../engine_room.ts";
import { openMicrophone } from "./microphone.ts";
import { canPlay } from "./player.ts";
import { memoryRecordings, openRecordings } from "./recordings.ts";
import { createSession, type TranscribeSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import { openSound } from "./sound.ts";

/** The session with this browser's storage, decoders and microphone. */
export async function startTranscripts(
  room: SpeechRoom,
  settings: () => Settings,
): Promise<TranscribeSession> {
  const kept = await openRecordings().catch(memoryRecordings);
  return createSession({
    ...{ room, kept, settings },
    ...{ openSound, canPlay, openMicrophone },
  });
}
