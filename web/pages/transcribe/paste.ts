/** Files that are pasted anywhere on the page; returns what ends it. */
export function onFilePaste(onFile: (file: File) => void): () => void {
  const paste = (event: ClipboardEvent) => {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    onFile(file);
  };
  addEventListener("paste", paste);
  return () => removeEventListener("paste", paste);
}
