import type { Task } from "../engine/task.ts";

/** As much of a file as tells what it is: all of a safetensors file's header, unless that is very long. */
const kHeadBytes = 1 << 20;
/** Of a GGUF's text: the number of its type in four bytes, its length in eight. */
const kTextHead = 12;

/** What the model that these files make is for; null where there are no weights among them. */
export async function taskOf(files: readonly File[]): Promise<Task | null> {
  for (const file of files) {
    const bytes = await file
      .slice(0, kHeadBytes)
      .arrayBuffer()
      .catch(() => null); // a folder, or gone since
    const task = bytes && taskOfHead(new TextDecoder("latin1").decode(bytes));
    if (task) return task;
  }
  return null;
}

/** By the beginnings of GGUF, of whisper.cpp's and CTranslate2's files, of PyTorch's ONNX files, and of safetensors. */
function taskOfHead(head: string): Task | null {
  if (head.startsWith("GGUF")) {
    const key = "general.architecture";
    const text = head.indexOf(key) + key.length + kTextHead;
    return head.startsWith("whisper", text) ? "speech" : "chat";
  }
  if (head.startsWith("lmgg")) return "speech";
  if (head.startsWith("WhisperSpec", 6)) return "speech";
  if (head.startsWith("\x12\x07pytorch", 2)) return "segment";
  if (head.startsWith('{"', 8))
    return head.includes("encoder.conv1.")
      ? "speech"
      : head.includes("image_encoder.")
        ? "segment"
        : "chat";
  return null;
}
