import { WickError } from "../../engine/errors.ts";
import { createResampler } from "./resample.ts";
import workletAddress from "./microphone_worklet.ts?worker&url";

export interface MicrophoneDevice {
  id: string;
  name: string;
}

/** An open microphone. */
export interface Microphone {
  device: string;
  /** Ends it; resolves when the last piece has been delivered. */
  close(): Promise<void>;
}

/** Asks for a microphone; `onPiece` gets 16 kHz mono. Throws WickError `unsupported` with what to do about it. */
export async function openMicrophone(
  device: string,
  onPiece: (samples: Float32Array) => void,
  onLost: (words: string) => void,
): Promise<Microphone> {
  const stream = await askFor(device);
  const [track] = stream.getAudioTracks();
  const context = new AudioContext();
  const stop = () => {
    for (const one of stream.getTracks()) one.stop();
    void context.close();
  };
  try {
    await context.audioWorklet.addModule(workletAddress);
  } catch {
    stop();
    throw new WickError("unsupported", "This browser cannot record here.");
  }
  const source = context.createMediaStreamSource(stream);
  const capture = new AudioWorkletNode(context, "wick-capture", {
    numberOfOutputs: 0,
  });
  const resampler = createResampler(context.sampleRate);
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  capture.port.onmessage = ({ data }: MessageEvent<Float32Array | null>) => {
    if (data) onPiece(resampler.push(data));
    else ended();
  };
  source.connect(capture);
  await context.resume();
  track?.addEventListener("ended", () =>
    onLost("The microphone was taken away; what it heard is kept."),
  );
  return {
    device: track?.getSettings().deviceId ?? device,
    async close() {
      capture.port.postMessage(null);
      // An audio thread that has stopped for good answers nothing.
      await Promise.race([
        end,
        new Promise((resolve) => setTimeout(resolve, 500)),
      ]);
      onPiece(resampler.end());
      stop();
    },
  };
}

async function askFor(device: string): Promise<MediaStream> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media?.getUserMedia)
    throw new WickError(
      "unsupported",
      "This page may not use a microphone: browsers allow it on https addresses and on localhost only.",
    );
  const audio = {
    ...{ channelCount: 1, echoCancellation: false, autoGainControl: true },
    noiseSuppression: false,
    ...(device && { deviceId: { exact: device } }),
  };
  try {
    return await media.getUserMedia({ audio });
  } catch (reason) {
    const name = reason instanceof Error ? reason.name : "";
    if (name === "OverconstrainedError" && device) return askFor(""); // it was unplugged since
    throw new WickError("unsupported", whyNot(name));
  }
}

function whyNot(name: string): string {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The browser does not let this page use the microphone. Allow it beside the address, then press Record again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "There is no microphone. Plug one in, then press Record again.";
    case "NotReadableError":
      return "Another program holds the microphone. Close it, then press Record again.";
    default:
      return `The microphone did not start (${name || "unknown reason"}).`;
  }
}

/** The microphones by name; browsers name them only once one has been allowed. */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const devices = (await media?.enumerateDevices().catch(() => [])) ?? [];
  return devices
    .filter(({ kind, label }) => kind === "audioinput" && label !== "")
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}
