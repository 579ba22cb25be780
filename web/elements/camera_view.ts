import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** What the camera sees, and a button that keeps it. */
@customElement("camera-view")
export class CameraView extends LightElement {
  @property({ attribute: false }) onPicture!: (file: File) => void;
  @property({ attribute: false }) onClose!: () => void;
  @query("video") private video!: HTMLVideoElement;
  @state() private problem = "";
  @state() private running = false;
  #stream: MediaStream | null = null;

  protected override firstUpdated(): void {
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override render() {
    return html`<div class="camera" role="dialog" aria-label="Camera">
      <video playsinline muted></video>
      ${this.problem ? html`<div class="note bad" role="alert">${icon("alert", true)}<span>${this.problem}</span></div>` : nothing}
      <div class="row">
        <button
          class="btn primary large"
          ?disabled=${!this.running}
          @click=${() => void this.#take()}
        >
          ${icon("camera")}Take the picture
        </button>
        <button class="btn large" @click=${this.onClose}>Cancel</button>
      </div>
    </div>`;
  }

  async #start(): Promise<void> {
    try {
      const ideal = { width: { ideal: 1920 }, height: { ideal: 1440 } };
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", ...ideal },
      });
      this.#stream = stream;
      if (!this.isConnected) {
        this.#stop();
        return;
      }
      this.video.srcObject = stream;
      await this.video.play();
      this.running = true;
    } catch (reason) {
      this.problem =
        reason instanceof DOMException && reason.name === "NotAllowedError"
          ? "The browser was not allowed to use the camera. Allow it in the site’s settings."
          : "No camera answers. Is one connected?";
    }
  }

  #stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  async #take(): Promise<void> {
    const { videoWidth, videoHeight } = this.video;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext("2d")?.drawImage(this.video, 0, 0);
    const type = "image/jpeg";
    const blob = await canvas.convertToBlob({ type, quality: 0.95 });
    const when = new Date().toLocaleString("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
    this.onPicture(new File([blob], `Camera, ${when}`, { type }));
  }
}
