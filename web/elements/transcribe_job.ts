import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SpeechRoom } from "../pages/engine_room.ts";
import { duration } from "../pages/format.ts";
import { clock } from "../pages/transcribe/clock.ts";
import { rateWords } from "../pages/transcribe/progress.ts";
import type { Recording } from "../pages/transcribe/recording.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import type { Job } from "../pages/transcribe/transcriber.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";

/** What is being done with the recording, how far it is, and how to stop it; or why it ended early. */
@customElement("transcribe-job")
export class TranscribeJob extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) room!: SpeechRoom;

  protected override watched() {
    return [this.session.state, this.room.state];
  }

  protected override render() {
    const { recording, job, opening } = this.session.state.value;
    if (!recording) return nothing;
    if (opening)
      return html`<p class="small muted" role="status">
        Looking into ${opening}
      </p>`;
    if (job?.recording === recording.id)
      return html`${recording.problem ? this.#failed(recording, false) : nothing}
      ${this.#working(recording, job)}`;
    if (recording.problem) return this.#failed(recording, true);
    if (!recording.complete) return this.#stopped(recording);
    return html`<span class="sr" role="status"
      >${recording.title} is transcribed.</span
    >`;
  }

  #working(recording: Recording, job: Job) {
    const stop = () => void this.session.stop();
    if (job.phase === "waiting" && !job.hearing) {
      const { phase, title, progress } = this.room.state.value;
      const words = `${phase === "fetching" ? "Fetching" : "Loading"} ${title || "the model"}`;
      return html`<div class="stack wait">
        <p class="small muted" role="status">${words}</p>
        ${progressRow(
          words,
          progress,
          html`<button
            class="btn quiet small"
            ?disabled=${job.stopping}
            @click=${stop}
          >
            Cancel
          </button>`,
        )}
      </div>`;
    }
    const { done, read, total, rate, left, hearing } = job;
    const all = hearing ? recording.seconds : total;
    const part = (seconds: number) =>
      `${(all > 0 ? Math.min(1, seconds / all) * 100 : 0).toFixed(1)}%`;
    const reading = job.phase === "reading" && read < total - 1;
    const wait =
      job.phase === "waiting" ? `Loading ${this.room.state.value.title}` : "";
    return html`<div class="progress">
      <div
        class="track"
        role="progressbar"
        aria-label=${hearing ? "Recording and transcribing" : "Transcribing"}
        aria-valuemin="0"
        aria-valuemax=${Math.round(all)}
        aria-valuenow=${Math.round(done)}
      >
        ${
          reading
            ? html`<i class="read" style="width:${part(read)}"></i>`
            : html`<i style="width:${part(done)}"></i>`
        }
      </div>
      <div class="facts">
        ${
          hearing
            ? html`<span><b>${clock(recording.seconds)}</b> recorded</span
                ><span>${wait || `${clock(done)} transcribed`}</span>`
            : reading
              ? html`<span
                  >Reading <b>${clock(read)}</b> of ${clock(all)}</span
                >`
              : html`<span><b>${clock(done)}</b> of ${clock(all)}</span>`
        }
        ${rate > 0 && !hearing ? html`<span>${rateWords(rate)}</span>` : nothing}
        ${left > 0.5 && !hearing ? html`<span>${duration(left)} left</span>` : nothing}
        ${
          job.stopping
            ? html`<span class="stop" role="status"
                >Stopping, the text is kept</span
              >`
            : html`<button class="btn quiet small stop" @click=${stop}>
                ${hearing ? "Stop recording" : html`Stop<span class="wide-only">, keep the text</span>`}
              </button>`
        }
      </div>
    </div>`;
  }

  #stopped(recording: Recording) {
    const { sound } = this.session.state.value;
    const { done, seconds } = recording;
    return html`<div class="note" role="status">
      ${icon("pause", true)}<span class="grow"
        >Stopped at <b class="num">${clock(done)}</b> of
        <span class="num">${clock(seconds)}</span>; the text so far is
        kept.</span
      >
      ${sound ? this.#goOn("Go on") : nothing}
    </div>`;
  }

  #goOn(words: string) {
    return html`<button
      class="btn small"
      @click=${() => void this.session.goOn()}
    >
      ${words}
    </button>`;
  }

  #failed({ problem, complete }: Recording, retry: boolean) {
    const { sound } = this.session.state.value;
    return html`<div class="note bad" role="alert">
      ${icon("alert", true)}<span class="grow">${problem}</span>
      ${retry && sound && !complete ? this.#goOn("Try again") : nothing}
    </div>`;
  }
}
