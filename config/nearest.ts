import { closest, distance } from "fastest-levenshtein";

/** Letters by which a mistyped word differs at most, however short it is. */
const TYPING_ERRORS = 2;

/** Words that differ only in what people do not remember are the same: capitals, hyphens, underscores. */
const form = (word: string) => word.toLowerCase().replace(/[-_\s]/g, "");

/** The known word that a mistyped one was meant to be. undefined: none is near in its spelling. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const forms = known.map(form);
  const near = closest(form(word), forms);
  const longer = Math.max(near.length, form(word).length);
  const errors = distance(form(word), near);
  const isNear = errors <= Math.max(TYPING_ERRORS, Math.floor(longer / 3)) && errors * 2 <= longer;
  return isNear ? known[forms.indexOf(near)] : undefined;
}

/** A question for a message that names what is not known, with what was surely meant. Empty: that is not clear. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}
