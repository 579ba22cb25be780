import { html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Observable } from "../pages/observable.ts";
import { clockTenths } from "../pages/transcribe/clock.ts";
import type { Player } from "../pages/transcribe/player.ts";
import { wordAt, type WordAt } from "../pages/transcribe/recording.ts";
import type { Hit } from "../pages/transcribe/search.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import type { Settings } from "../pages/transcribe/settings.ts";
import type { View } from "../pages/transcribe/view.ts";
import { LightElement } from "./light_element.ts";
import { toast } from "./toast.ts";
import "./transcript_line.ts";

/** Whoever has scrolled in the last few seconds looks elsewhere, and is left there. */
const kLookMs = 4000;

/** The segments of a recording, in step with what plays, and what is heard but not settled in grey. */
@customElement("transcript-view")
export class TranscriptView extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) player!: Player;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @property({ attribute: false }) view!: Observable<View>;
  #now: WordAt | null = null;
  #stops: (() => void)[] = [];
  #scrolled = 0;
  #atEnd = false;
  #hits = new Map<number, Hit[]>();
  #hitsOf: Hit[] = [];

  protected override watched() {
    return [this.session.state, this.settings, this.view];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const looked = () => (this.#scrolled = performance.now());
    const kinds = ["wheel", "touchmove"] as const;
    for (const kind of kinds) addEventListener(kind, looked, { passive: true });
    this.#stops = [
      this.player.state.subscribe(() => this.#follow()),
      ...kinds.map((kind) => () => removeEventListener(kind, looked)),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  get #segments() {
    return this.session.state.value.recording?.segments ?? [];
  }

  /** Draws anew only when another word is heard. */
  #follow(): void {
    const { time, playing } = this.player.state.value;
    const now = time > 0 || playing ? wordAt(this.#segments, time) : null;
    const same =
      now?.segment === this.#now?.segment && now?.word === this.#now?.word;
    if (same) return;
    const turned = now?.segment !== this.#now?.segment;
    this.#now = now;
    this.requestUpdate();
    const looking = performance.now() - this.#scrolled < kLookMs;
    if (!turned || !playing || !now || looking) return;
    if (this.settings.value.follow)
      void this.updateComplete.then(() => this.#reveal(now.segment));
  }

  #reveal(segment: number): void {
    this.querySelectorAll(".seg-line")[segment]?.scrollIntoView({
      block: "center",
      behavior: "smooth",
    });
  }

  protected override willUpdate(): void {
    const { hits } = this.view.value;
    if (hits !== this.#hitsOf) {
      this.#hitsOf = hits;
      this.#hits = new Map();
      for (const hit of hits)
        this.#hits.set(hit.segment, [
          ...(this.#hits.get(hit.segment) ?? []),
          hit,
        ]);
    }
    const { scrollHeight } = document.documentElement;
    this.#atEnd = scrollHeight - scrollY - innerHeight < 80;
  }

  protected override render() {
    const { recording, job } = this.session.state.value;
    if (!recording) return nothing;
    const mine = job?.recording === recording.id ? job : null;
    return html`<section class="text" aria-label="Transcript">
      ${recording.segments.map((_, index) => this.#line(index))}
      ${
        mine?.preview
          ? html`<div class="seg-line partial">
              <span class="at"
                >${clockTenths(recording.segments.at(-1)?.end ?? 0)}</span
              >
              <p>${mine.preview}</p>
            </div>`
          : nothing
      }
    </section>`;
  }

  #line(index: number) {
    const segment = this.#segments[index];
    const { hits, hit, editing, segment: reached } = this.view.value;
    const heard = this.#now?.segment === index;
    const current = hits[hit];
    const edit = () =>
      this.view.set({ ...this.view.value, editing: index, segment: index });
    return html`<transcript-line
      .segment=${segment}
      .word=${heard ? (this.#now?.word ?? -1) : null}
      .hits=${this.#hits.get(index)}
      .hit=${current?.segment === index ? current : undefined}
      .said=${this.#now !== null && index < this.#now.segment}
      .tint=${this.settings.value.tint}
      .editing=${editing === index}
      .reached=${reached === index}
      .onPlay=${(time: number) => {
        if (this.view.value.editMode) edit();
        else this.#play(index, time);
      }}
      .onEdit=${edit}
      .onText=${(text: string | null) => this.#change(index, text)}
    ></transcript-line>`;
  }

  #play(segment: number, time: number): void {
    this.view.set({ ...this.view.value, segment });
    this.player.seek(time, true);
  }

  #change(index: number, text: string | null): void {
    this.view.set({ ...this.view.value, editing: -1 });
    if (text === null) return;
    const undo = this.session.edit(index, text);
    if (!text.trim()) toast("Removed a line of the transcript", undo);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { job } = this.session.state.value;
    if (job?.hearing && this.#atEnd)
      scrollTo({ top: document.documentElement.scrollHeight });
  }

  /** Brings a segment into view, and the keyboard to it where that is in the text. */
  show(segment: number): void {
    const line = this.querySelectorAll(".seg-line")[segment];
    line?.scrollIntoView({ block: "nearest" });
    const here = document.activeElement?.closest(".seg-line");
    if (here) line?.querySelector<HTMLElement>(".at")?.focus();
  }
}
