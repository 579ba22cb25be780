// What the names of the rows mean, in words. A name is as `wick bench` has it: attention/prefill/f16/hd64/s512/t2.
import { count } from "../format.ts";

export interface Group {
  id: "attention" | "reading" | "writing" | "other";
  title: string;
  about: string;
}

export const groups: readonly Group[] = [
  {
    id: "attention",
    title: "Attention",
    about:
      "How a model weighs each word against all before it. Reading a prompt does so for many words at once, as fast as the processor calculates; writing does so for one, as fast as memory is read.",
  },
  {
    id: "reading",
    title: "Matrix products, as in reading a prompt",
    about:
      "All words of a prompt go through the model’s weights together (gemm), so the processor’s arithmetic is the limit. The fewer bits a weight has, the smaller the file.",
  },
  {
    id: "writing",
    title: "Matrix products, as in writing",
    about:
      "Each new word needs every weight once (gemv), so the limit is how fast memory is read, and fewer bits mean more words.",
  },
  {
    id: "other",
    title: "Others",
    about: "What this page has no words for yet.",
  },
];

export interface RowWords {
  group: Group["id"];
  /** Beneath the group's title, and what it leaves out. */
  title: string;
  detail: string;
  /** Alone. */
  full: string;
}

export function wordsOf(name: string): RowWords {
  const [kind, first = "", second = "", head = "", size = ""] = name.split("/");
  if (kind === "attention" && /^hd\d+$/.test(head)) {
    const reading = /^s(\d+)$/.exec(size);
    const writing = /^kv(\d+)$/.exec(size);
    const length = count(Number((reading ?? writing)?.[1] ?? 0));
    const what = reading
      ? `reading a prompt of ${length} tokens`
      : `writing after ${length} tokens`;
    const title = `${what}, head ${head.slice(2)}`;
    const detail = `cache in ${typeName(second)}`;
    if (reading ?? writing)
      return {
        group: "attention",
        title: title.charAt(0).toUpperCase() + title.slice(1),
        detail,
        full: `Attention, ${title}, ${detail}`,
      };
  }
  const bits = /\d+/.exec(first)?.[0];
  if (kind === "matmul" && bits && (second === "gemm" || second === "gemv")) {
    const type = `${bits}-bit weights, ${typeName(first)}`;
    const group = second === "gemm" ? "reading" : "writing";
    return {
      group,
      title: type,
      detail: "",
      full: `Matrix product, ${group}, ${type}`,
    };
  }
  return { group: "other", title: name, detail: "", full: name };
}

/** As model files are called: F16, Q4_K. */
function typeName(type: string): string {
  return type.toUpperCase();
}

export type Scope = "quick" | "all";

/** The rows of a quick look: a half-precision model, and the quantisations one meets most. */
export const quickRows: readonly string[] = [
  "attention/prefill/f16/hd64/s512/",
  "attention/decode/f16/hd64/kv8192/",
  ...["f16", "q8_0", "q4_1", "q4_k"].flatMap((type) => [
    `matmul/${type}/gemm/`,
    `matmul/${type}/gemv/`,
  ]),
];
