/** Names that figures are printed under, in the order in which they are. */
type Names<Key extends string> = Readonly<Record<Key, string>>;
type Numbers<Key extends string> = Readonly<Record<NoInfer<Key>, number>>;

const keysOf = <Key extends string>(names: Names<Key>) => Object.keys(names) as Key[];

/** Figures as programs read them: `failed=2`. */
export function fields<Key extends string>(names: Names<Key>, figures: Numbers<Key>): string[] {
  return keysOf(names).map((key) => `${names[key]}=${figures[key]}`);
}

/** Limits as people read them. */
export function limitsText<Key extends string>(names: Names<Key>, limits: Numbers<Key>): string {
  return keysOf(names)
    .map((key) => `${names[key]} <= ${limits[key]}`)
    .join(", ");
}

/** What is past its limit. */
export function excessesOf<Key extends string>(
  names: Names<Key>,
  figures: Numbers<Key>,
  limits: Numbers<Key>,
): string[] {
  return keysOf(names)
    .filter((key) => figures[key] > limits[key])
    .map((key) => `${names[key]} is ${figures[key]}, past its limit of ${limits[key]}`);
}

/**
 * The longest time without any of these moments. Beginning and end count as such, or an outage that never ended would
 * not show; moments outside them close no gap.
 */
export function longestSilence(moments: readonly number[], begin: number, end: number): number {
  const within = moments.filter((moment) => moment > begin && moment < end).sort((a, b) => a - b);
  const borders = [begin, ...within, end];
  return borders.reduce((longest, moment, index) => Math.max(longest, moment - (borders[index - 1] ?? moment)), 0);
}

/** How often each kind occurs, the most frequent first: `ECONNRESET (12), read-only (3)`. */
export function tally(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} (${count})`)
    .join(", ");
}
