/** A section of the site: one entry in the bar, one in the tab bar of a phone, one page. */
export interface Section {
  id: string;
  title: string;
  icon: string;
}

export const sections: readonly Section[] = [
  { id: "chat", title: "Chat", icon: "chat" },
  { id: "transcribe", title: "Transcribe", icon: "wave" },
  { id: "segment", title: "Segment", icon: "segment" },
  { id: "models", title: "Models", icon: "box" },
];

/** Pages that no bar shows; others link to them where they come up. */
export const quietSections: readonly Section[] = [
  { id: "bench", title: "Speed", icon: "cpu" },
];
