/** Prompts of the empty page: short ones that a small model answers well. */
export const examples: readonly { title: string; prompt: string }[] = [
  {
    title: "Tell a short story",
    prompt:
      "Tell me a short story that begins: Once upon a time, in a small village by the sea,",
  },
  {
    title: "Explain page tables",
    prompt: "Explain page tables as if they were a library.",
  },
  {
    title: "Count words in Python",
    prompt: "Write a Python function that counts the words of a text.",
  },
];
