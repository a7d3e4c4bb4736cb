/** The form of a reason that a person gives for a risk. */

/** What is allowed as a reason with at least so many words. */
export function aReason(leastWords: number): string {
  return `a text of at least ${leastWords} different words of two or more letters or digits`;
}

const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** Whether a text can be a reason, in whatever language: not all of them put spaces between words. */
export function isReason(text: string, leastWords: number): boolean {
  const found = [...words.segment(text)].filter(({ isWordLike, segment }) => isWordLike && segment.length > 1);
  const different = new Set(found.map(({ segment }) => segment.toLowerCase()));
  return different.size >= leastWords && /\p{L}/u.test(text);
}
