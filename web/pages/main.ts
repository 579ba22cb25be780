import { html, render } from "lit";
import builtInCatalog from "../../models/catalog.json";
import "../elements/toast.ts";
import type { EngineOptions } from "../engine/api.ts";
import { createModelStore } from "../engine/model_store.ts";
import type { App } from "./app.ts";
import { createBench } from "./bench/run.ts";
import {
  memoryConversations,
  openConversations,
} from "./chat/conversations.ts";
import { parseSettings, type Settings } from "./chat/sampling.ts";
import { createSession, type ChatSession } from "./chat/session.ts";
import {
  createEngineRoom,
  createSegmentRoom,
  createSpeechRoom,
} from "./engine_room.ts";
import "./home/home_page.ts";
import { startMenus } from "./menus.ts";
import { startTips } from "./tips.ts";
import { observable } from "./observable.ts";
import { recall, remember } from "./remember.ts";
import { keepVariant, startOffline } from "./offline.ts";
import { route, startRouter } from "./router.ts";
import { quietSections, sections } from "./sections.ts";
import type { SegmentSession } from "./segment/session.ts";
import { createShelf } from "./shelf.ts";
import { startStatus } from "./status.ts";
import { startTheme } from "./theme.ts";
import type { TranscribeSession } from "./transcribe/session.ts";
import * as hearing from "./transcribe/settings.ts";

const kSettingsKey = "wick.settings";
const kHearingKey = "wick.hearing";

function createApp(): App {
  const shelf = createShelf(createModelStore(), builtInCatalog);
  const options = {
    base: document.baseURI,
    ...(import.meta.env.VITE_MOCK ? optionsForTests() : {}),
  };
  const room = createEngineRoom(shelf, options);
  const speech = createSpeechRoom(shelf, options);
  const seeing = createSegmentRoom(shelf, options);
  const settings = observable<Settings>(parseSettings(recall(kSettingsKey)));
  settings.subscribe((value) => remember(kSettingsKey, JSON.stringify(value)));
  const heard = observable(hearing.parseSettings(recall(kHearingKey)));
  heard.subscribe((value) => remember(kHearingKey, JSON.stringify(value)));
  let session: Promise<ChatSession> | null = null;
  let transcripts: Promise<TranscribeSession> | null = null;
  let pictures: Promise<SegmentSession> | null = null;
  return {
    room,
    speech,
    seeing,
    shelf,
    settings,
    bench: createBench(room),
    hearing: heard,
    transcripts: () =>
      (transcripts ??= import("./transcribe/start.ts").then(
        ({ startTranscripts }) => startTranscripts(speech, () => heard.value),
      )),
    pictures: () =>
      (pictures ??= import("./segment/start.ts").then(({ startSegmenting }) =>
        startSegmenting(seeing),
      )),
    session: () =>
      (session ??= openConversations()
        .catch(memoryConversations)
        .then((kept) =>
          createSession({ room, kept, settings: () => settings.value }),
        )),
  };
}

/** `?core=mock` and `?variant=threads`, in builds made for tests. */
function optionsForTests(): EngineOptions {
  const asked = new URLSearchParams(location.search);
  const variant = (["single", "threads", "relaxed"] as const).find(
    (name) => name === asked.get("variant"),
  );
  return {
    core: asked.get("core") === "mock" ? "mock" : "wasm",
    ...(variant && { variant }),
  };
}

function pageOf(app: App, page: string) {
  switch (page) {
    case "chat":
      return html`<chat-page .app=${app}></chat-page>`;
    case "models":
      return html`<models-page .app=${app}></models-page>`;
    case "transcribe":
      return html`<transcribe-page .app=${app}></transcribe-page>`;
    case "segment":
      return html`<segment-page .app=${app}></segment-page>`;
    case "bench":
      return html`<bench-page .app=${app}></bench-page>`;
    default:
      return html`<home-page .app=${app}></home-page>`;
  }
}

const parts: Record<string, () => Promise<unknown>> = {
  chat: () => import("./chat/chat_page.ts"),
  bench: () => import("./bench/bench_page.ts"),
  models: () => import("./models/models_page.ts"),
  segment: () => import("./segment/segment_page.ts"),
  transcribe: () => import("./transcribe/transcribe_page.ts"),
};

async function showPage(app: App, page: string): Promise<void> {
  await parts[page]?.();
  if (route.value.page !== page) return; // another one was asked for meanwhile
  const place = document.getElementById("page");
  if (!place) return;
  place.querySelector(".first")?.remove();
  document.documentElement.dataset.page = page;
  render(pageOf(app, page), place);
  const title = [...sections, ...quietSections].find(
    ({ id }) => id === page,
  )?.title;
  document.title = title
    ? `${title} · Wick`
    : "Wick: AI that stays on this computer";
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "[data-section]",
  )) {
    if (link.dataset.section === page)
      link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function start(): void {
  const app = createApp();
  startTheme();
  startRouter();
  startMenus();
  startTips();
  startStatus(app);
  app.room.state.subscribe(({ info }) => info && keepVariant(info.variant));
  let shown = route.value.page;
  route.subscribe(({ page }) => {
    if (page === shown) return;
    shown = page;
    void showPage(app, page).then(() => scrollTo(0, 0));
  });
  void showPage(app, shown);
  void app.shelf.refresh();
  render(
    html`<toast-host></toast-host>`,
    document.body.appendChild(document.createElement("div")),
  );
  void startOffline();
}

start();
