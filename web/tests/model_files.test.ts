import { expect, test } from "vitest";
import { taskOf } from "../pages/model_files.ts";

const file = (name: string, head: string) =>
  new File([Uint8Array.from(head, (char) => char.charCodeAt(0))], name);
const gguf = (architecture: string) => {
  const length = String.fromCharCode(architecture.length);
  return `GGUF\x03\0\0\0general.architecture\x08\0\0\0${length}\0\0\0\0\0\0\0${architecture}`;
};
const tensors = (name: string) => `\xf0\x01\0\0\0\0\0\0{"${name}":{}}`;

test.each([
  ["a GGUF that chats", [file("a.gguf", gguf("llama"))], "chat"],
  ["a GGUF that hears", [file("a.gguf", gguf("whisper"))], "speech"],
  ["whisper.cpp's", [file("ggml-tiny.bin", "lmgg\x98\xca")], "speech"],
  [
    "CTranslate2's folder",
    [
      file("config.json", "{}"),
      file("vocabulary.txt", "a\nb"),
      file("model.bin", "\x06\0\0\0\x0c\0WhisperSpec\0"),
    ],
    "speech",
  ],
  [
    "a Hugging Face repository",
    [
      file("config.json", '{"model_type":"whisper"}'),
      file("model.safetensors", tensors("model.encoder.conv1.bias")),
    ],
    "speech",
  ],
  [
    "safetensors that chat",
    [file("model.safetensors", tensors("model.norm.weight"))],
    "chat",
  ],
  ["a recording", [file("a.wav", "RIFF\x24\0\0\0WAVEfmt ")], null],
  ["a vocabulary alone", [file("vocabulary.json", '["a", "b"]')], null],
  ["an empty file", [file("empty", "")], null],
])("what %s is for", async (_, files, task) => {
  expect(await taskOf(files)).toBe(task);
});
