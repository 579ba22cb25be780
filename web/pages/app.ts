import type { Bench } from "./bench/run.ts";
import type { Settings } from "./chat/sampling.ts";
import type { ChatSession } from "./chat/session.ts";
import type { EngineRoom } from "./engine_room.ts";
import type { Observable } from "./observable.ts";
import type { Shelf } from "./shelf.ts";

/** What the pages share. */
export interface App {
  room: EngineRoom;
  shelf: Shelf;
  /** Made on the first visit to the chat page, and kept, so that an answer goes on while one looks elsewhere. */
  session(): Promise<ChatSession>;
  settings: Observable<Settings>;
  bench: Bench;
}
