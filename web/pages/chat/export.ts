import { pathOf, type Conversation } from "./tree.ts";

/** The chosen path as a Markdown document. */
export function toMarkdown(conversation: Conversation): string {
  const parts = [`# ${conversation.title}`];
  if (conversation.system.trim())
    parts.push(`> ${conversation.system.trim().replace(/\n/g, "\n> ")}`);
  for (const turn of pathOf(conversation))
    parts.push(
      `**${turn.role === "user" ? "You" : "Answer"}**`,
      turn.text.trim(),
    );
  return `${parts.join("\n\n")}\n`;
}

/** The whole tree with all versions, without the token alternatives. */
export function toJson(conversation: Conversation): string {
  const turns = Object.values(conversation.turns).map(
    ({ tokens, tokensFrom, ...turn }) => {
      void tokensFrom;
      return tokens ? { ...turn, token_ids: tokens.map(({ id }) => id) } : turn;
    },
  );
  return `${JSON.stringify({ ...conversation, turns }, null, 2)}\n`;
}

/** A file name that every system takes. */
export function fileNameOf(
  { title }: { title: string },
  extension: string,
): string {
  const stem = title
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
  return `${stem || "untitled"}.${extension}`;
}
