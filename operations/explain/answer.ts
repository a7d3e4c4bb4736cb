/** A question that a reader of the stack has, with its answer. */
export interface Answer {
  readonly question: string;
  /** Paragraphs or, below a first one, points. */
  readonly answer: readonly string[];
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[], last = "and"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
