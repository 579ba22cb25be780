/** Files that are pasted anywhere on the page; returns what ends it. */
export function onFilePaste(onFiles: (files: File[]) => void): () => void {
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };
  addEventListener("paste", paste);
  return () => removeEventListener("paste", paste);
}
