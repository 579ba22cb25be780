import type { TokenChoice } from "./types.ts";

const kCode = `In Python, ignoring case and punctuation, with \`Counter\` from the standard library:

\`\`\`python
import re
from collections import Counter

def count_words(text: str) -> Counter:
    words = re.findall(r"[a-z']+", text.lower())
    return Counter(words)

# [('a', 6), ('and', 2), ('full', 2)]
print(count_words(story).most_common(3))
\`\`\`

For a story of this size the most common word is usually *a*. To leave out such small words, pass a set of them and filter before counting.`;

const kTable = `Three ways to keep bread, from shortest to longest:

| Where | How long | Mind |
| --- | --- | --- |
| Paper bag | 2 days | the crust stays crisp |
| Bread box | 4 days | let it cool first |
| Freezer | 3 months | slice it before |

1. Let the loaf cool fully.
2. Wrap it well, with **little air** inside.
3. Thaw slices in the toaster.`;

const kRawHtml =
  'Raw HTML stays text: <img src="x" onerror="window.hit = true"> and <script>window.hit = true</script> do nothing.';

const kStories = [
  "there lived an old fisherman who had a daughter named Elara. She was a kind and gentle soul with a heart full of love and a mind full of wisdom.",
  "there lived a keeper of the light whose lamp had never gone out. On the longest night of the year the oil ran low, and every house in the village sent a cup of its own.",
  "there was a boat that nobody owned. Whoever needed it took it out, and whoever brought it back mended one thing before going home.",
];

const kAnswers = [
  "The capital of France is Paris.",
  "A page table works like the catalogue of a library. You ask for a book by its **call number**; the catalogue says on which shelf it really stands. Move the book to another shelf and only the card changes, so readers never notice.",
  "Start with the smallest step that you could show to someone today. Do it badly, look at it, then do it again. Most plans fail because the first step was too large to begin.",
];

/** A whole answer for a question, or the rest of one that was begun. */
export function answerFor(
  question: string,
  written: string,
  seed: number,
  temperature: number,
): string {
  const choice = temperature === 0 ? 0 : Math.abs(Math.trunc(seed));
  const full = fullAnswer(question, choice);
  if (!written) return full;
  if (full.startsWith(written))
    return full.slice(written.length) || " And that is all.";
  return " and the rest of it went another way than before, as rests do. It ended well all the same.";
}

function fullAnswer(question: string, choice: number): string {
  if (/raw html/i.test(question)) return kRawHtml;
  if (/python|code|function|regex|count/i.test(question)) return kCode;
  if (/table|bread|list|ways/i.test(question)) return kTable;
  if (/story|once upon|village/i.test(question))
    return kStories[choice % kStories.length] ?? "";
  if (/long|forever/i.test(question))
    return Array.from(
      { length: 40 },
      (_, i) => `Line ${i + 1} of a long answer, which goes on.`,
    ).join(" ");
  return kAnswers[choice % kAnswers.length] ?? "";
}

/** Splits text where a byte-level BPE would roughly split it: words with their leading space, and marks. */
export function splitTokens(text: string): string[] {
  return (
    text.match(
      / ?[\p{L}\p{N}]{1,8}|[\p{L}\p{N}]{1,8}|\n+| +|[^\p{L}\p{N}\s]/gu,
    ) ?? []
  );
}

const kRivals = [
  " a",
  " the",
  " was",
  " lived",
  " owned",
  " loved",
  " and",
  " one",
  " had",
  " it",
];

/** Made-up likely tokens at one place, the chosen one among them, most likely first. */
export function rivalsOf(
  text: string,
  probability: number,
  count: number,
  random: () => number,
  idOf: (text: string) => number,
): TokenChoice[] {
  if (count === 0) return [];
  const choices = [{ id: idOf(text), text, probability }];
  let left = 1 - probability;
  for (
    let i = 0, at = Math.trunc(random() * kRivals.length);
    choices.length < count && i < kRivals.length;
    i += 1, at += 1
  ) {
    const rival = kRivals[at % kRivals.length] ?? "";
    if (rival === text) continue;
    const share = left * (0.3 + 0.4 * random());
    left -= share;
    choices.push({ id: idOf(rival), text: rival, probability: share });
  }
  return choices.sort((a, b) => b.probability - a.probability);
}
