/** The names of a drill's figures in its output, in the order of the output. */
type Names<Key extends string> = Readonly<Record<Key, string>>;
type Numbers<Key extends string> = Readonly<Record<NoInfer<Key>, number>>;

const keysOf = <Key extends string>(names: Names<Key>) => Object.keys(names) as Key[];

/** Figures in the form for programs: `failed=2`. */
export function fields<Key extends string>(names: Names<Key>, figures: Numbers<Key>): string[] {
  return keysOf(names).map((key) => `${names[key]}=${figures[key]}`);
}

/** Limits in the form for people. */
export function limitsText<Key extends string>(names: Names<Key>, limits: Numbers<Key>): string {
  return keysOf(names)
    .map((key) => `${names[key]} <= ${limits[key]}`)
    .join(", ");
}

/** A complaint for each figure that exceeds its limit. */
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
 * The longest time without any of these moments. The beginning and the end count as moments, so that an outage which
 * never ended shows. Moments before the beginning or after the end are left out.
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
