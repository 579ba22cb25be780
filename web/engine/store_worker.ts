import { download, type DownloadPlan } from "./download.ts";
import { WickError } from "./errors.ts";
import type { Reply, Request } from "./protocol.ts";
import { createPause, createServer } from "./server.ts";
import type { StoreCalls, StoredModel } from "./store_protocol.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const kFolder = "models";
const kNote = ".json";

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(kFolder, { create: true });
}

async function readNote(
  models: FileSystemDirectoryHandle,
  file: string,
): Promise<StoredModel | null> {
  try {
    const handle = await models.getFileHandle(file + kNote);
    const note = JSON.parse(
      await (await handle.getFile()).text(),
    ) as Partial<StoredModel> | null;
    const { size, state, verified } = note ?? {};
    if (typeof size !== "number" || size <= 0) return null;
    return {
      ...{ file, size, received: 0 },
      state: state === "ready" ? "ready" : "partial",
      verified: verified === true,
    };
  } catch {
    return null; // none, or cut short by a crash: the file is checked again
  }
}

async function writeNote(
  models: FileSystemDirectoryHandle,
  note: StoredModel,
): Promise<void> {
  const handle = await models.getFileHandle(note.file + kNote, {
    create: true,
  });
  const access = await handle.createSyncAccessHandle();
  try {
    access.truncate(0);
    access.write(new TextEncoder().encode(JSON.stringify(note)), { at: 0 });
    access.flush();
  } finally {
    access.close();
  }
}

async function list(): Promise<StoredModel[]> {
  const models = await folder();
  const found: StoredModel[] = [];
  for await (const [name, handle] of models.entries()) {
    if (handle.kind !== "file" || name.endsWith(kNote)) continue;
    const note = await readNote(models, name);
    if (!note) continue;
    const { size: received } = await (handle as FileSystemFileHandle).getFile();
    const whole = note.state === "ready" && received === note.size;
    found.push({ ...note, received, state: whole ? "ready" : "partial" });
  }
  return found.sort((a, b) => a.file.localeCompare(b.file));
}

async function open(
  handle: FileSystemFileHandle,
): Promise<FileSystemSyncAccessHandle> {
  try {
    return await handle.createSyncAccessHandle();
  } catch {
    throw new WickError(
      "bad_argument",
      `${handle.name} is in use by another tab. Close it there and try again.`,
    );
  }
}

const receive = createServer<StoreCalls>({
  post: (reply: Reply<StoreCalls>) => scope.postMessage(reply),
  pause: createPause(),
  parallel: 8,
  handlers: {
    list,
    async *download(plan: DownloadPlan, job) {
      const models = await folder();
      const handle = await models.getFileHandle(plan.file, { create: true });
      const slot = await open(handle);
      const note: StoredModel = {
        file: plan.file,
        size: plan.size,
        received: 0,
        state: "partial",
        verified: false,
      };
      try {
        await writeNote(models, note);
        let told = 0;
        for await (const progress of download(plan, slot, job.signal)) {
          const now = performance.now();
          if (now - told < 100) continue;
          told = now;
          yield progress;
        }
      } finally {
        slot.close();
      }
      const done: StoredModel = {
        ...note,
        received: plan.size,
        state: "ready",
        verified: plan.sha256 !== undefined,
      };
      await writeNote(models, done);
      return done;
    },
    async remove({ file }) {
      const models = await folder();
      for (const name of [file, file + kNote]) {
        await models.removeEntry(name).catch((reason: unknown) => {
          if (
            !(reason instanceof DOMException) ||
            reason.name !== "NotFoundError"
          )
            throw reason;
        });
      }
      return null;
    },
  },
});

scope.onmessage = ({ data }: MessageEvent<Request<StoreCalls>>) =>
  receive(data);
