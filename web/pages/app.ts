import type { Bench } from "./bench/run.ts";
import type { Settings } from "./chat/sampling.ts";
import type { ChatSession } from "./chat/session.ts";
import type { EngineRoom, SegmentRoom, SpeechRoom } from "./engine_room.ts";
import type { Observable } from "./observable.ts";
import type { SegmentSession } from "./segment/session.ts";
import type { Shelf } from "./shelf.ts";
import type { TranscribeSession } from "./transcribe/session.ts";
import type { Settings as Hearing } from "./transcribe/settings.ts";

/** What the pages share. */
export interface App {
  room: EngineRoom;
  speech: SpeechRoom;
  seeing: SegmentRoom;
  shelf: Shelf;
  /** Made on the first visit to the chat page, and kept, so that an answer goes on while one looks elsewhere. */
  session(): Promise<ChatSession>;
  settings: Observable<Settings>;
  /** Made on the first visit to the Transcribe page, and kept. */
  transcripts(): Promise<TranscribeSession>;
  hearing: Observable<Hearing>;
  /** Made on the first visit to the Segment page, and kept. */
  pictures(): Promise<SegmentSession>;
  bench: Bench;
}
