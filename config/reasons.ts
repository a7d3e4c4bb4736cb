/** The form of a reason that a person gives for a risk. */

const LEAST_WORDS = 3;

/** What is allowed as a reason. */
export const A_REASON = `a sentence of at least ${LEAST_WORDS} different words of two or more letters or digits`;

const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** Whether a text can be a reason, in whatever language: not all of them put spaces between words. */
export function isReason(text: string): boolean {
  const found = [...words.segment(text)].filter(({ isWordLike, segment }) => isWordLike && segment.length > 1);
  const different = new Set(found.map(({ segment }) => segment.toLowerCase()));
  return different.size >= LEAST_WORDS && /\p{L}/u.test(text);
}
