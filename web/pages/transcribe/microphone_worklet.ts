// Runs on the audio thread: hands on what the microphone hears, mixed to one channel, in pieces of about a tenth of a
// second, and the rest when it is told to end.

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor,
): void;

class Capture extends AudioWorkletProcessor {
  #piece = new Float32Array(Math.round(sampleRate / 10));
  #used = 0;
  #over = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#send();
      this.#over = true;
      this.port.postMessage(null);
    };
  }

  process([channels = []]: Float32Array[][]): boolean {
    const frames = channels[0]?.length ?? 0;
    for (let at = 0; at < frames; at += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[at] ?? 0;
      this.#piece[this.#used] = sum / channels.length;
      this.#used += 1;
      if (this.#used === this.#piece.length) this.#send();
    }
    return !this.#over;
  }

  #send(): void {
    if (this.#over || this.#used === 0) return;
    this.port.postMessage(this.#piece.slice(0, this.#used));
    this.#used = 0;
  }
}

registerProcessor("wick-capture", Capture);
