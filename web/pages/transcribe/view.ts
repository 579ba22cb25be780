import type { Hit } from "./search.ts";

/** What of a transcript is looked at. */
export interface View {
  query: string;
  hits: Hit[];
  /** Which of the hits; -1 where there is none. */
  hit: number;
  /** The segment that the arrow keys are at. */
  segment: number;
  /** The segment that is being edited, or -1. */
  editing: number;
  /** Whether a click edits rather than plays. */
  editMode: boolean;
}

export const kPlainView: View = {
  ...{ query: "", hits: [], hit: -1 },
  ...{ segment: 0, editing: -1, editMode: false },
};
