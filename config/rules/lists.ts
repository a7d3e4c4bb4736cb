import type { Path, Problem } from "../problems.ts";
import { entries } from "../wellFormed.ts";

/** A reason why an entry of a list is refused. */
export interface Refusal extends Pick<Problem, "allowed" | "complaint"> {
  /** The entry that was meant. Without one, or if it is there already, the advice is to remove the entry. */
  readonly meant?: string;
}

export interface ListRules {
  /** The reason why an entry is refused; undefined: it is allowed. */
  readonly refusal: (entry: string) => Refusal | undefined;
  /** The form in which two spellings of an entry are the same. */
  readonly form: (entry: string) => string;
  /** What is allowed instead of an entry that is there already. */
  readonly once: string;
  /** Proposed where nothing would be left of the list; undefined: the list may become empty. */
  readonly last?: string;
}

/** Problems of a list's entries. All proposals together give a list without problems: no two of them are the same. */
export function listProblems(path: Path, list: readonly string[], rules: ListRules): Problem[] {
  const { refusal, form, once, last } = rules;
  const given = entries(list).map(([index, entry]) => ({
    at: [...path, index],
    entry,
    same: form(entry),
    refused: refusal(entry),
  }));
  const kept = new Set(given.filter(({ refused }) => refused === undefined).map(({ same }) => same));
  return given.flatMap(({ at, entry, same, refused }, place): Problem[] => {
    if (refused === undefined) {
      const isTwice = given.findIndex((other) => other.refused === undefined && other.same === same) < place;
      return isTwice ? [{ path: at, value: entry, allowed: once }] : [];
    }
    const { meant, ...why } = refused;
    const proposed = meant ?? (kept.size === 0 ? last : undefined);
    const example = proposed === undefined || kept.has(form(proposed)) ? undefined : proposed;
    if (example !== undefined) kept.add(form(example));
    return [{ path: at, value: entry, ...why, example }];
  });
}
