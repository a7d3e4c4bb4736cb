/** Transactions of one origin: the first and the last number of each run without a gap, in order. */
type Intervals = readonly (readonly [first: number, last: number])[];

/**
 * A set of transactions, as MySQL names them: by their origin (a server or a group, with or without a tag) and a number.
 * It does not change.
 * https://dev.mysql.com/doc/refman/9.7/en/replication-gtids-concepts.html
 */
export class GtidSet {
  static readonly EMPTY = new GtidSet(new Map());

  readonly #origins: ReadonlyMap<string, Intervals>;

  private constructor(origins: ReadonlyMap<string, Intervals>) {
    this.#origins = origins;
  }

  /**
   * Reads a set as MySQL writes it, also several joined by commas.
   * @throws Error if the text is no set
   */
  static parse(text: string): GtidSet {
    const parts = text
      .split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== "");
    const sets = new Map<string, [number, number][]>();
    for (const part of parts) {
      const [server = "", ...rest] = part.split(":");
      if (!/^[0-9a-f-]{36}$/.test(server)) throw new Error(`no set of transactions: ${text}`);
      let origin = server;
      for (const word of rest) {
        const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(word.trim()) ?? [];
        if (first === undefined) origin = `${server}:${word.trim()}`;
        else sets.set(origin, [...(sets.get(origin) ?? []), [Number(first), Number(last ?? first)]]);
      }
    }
    return new GtidSet(new Map([...sets].map(([origin, intervals]) => [origin, joined(intervals)])));
  }

  /** The transactions first to last of an origin. */
  static of(origin: string, first: number, last = first): GtidSet {
    return last < first ? GtidSet.EMPTY : new GtidSet(new Map([[origin, [[first, last]]]]));
  }

  get isEmpty(): boolean {
    return this.#origins.size === 0;
  }

  /** The number of transactions. */
  get size(): number {
    const of = (intervals: Intervals) => intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    return [...this.#origins.values()].reduce((sum, intervals) => sum + of(intervals), 0);
  }

  union(other: GtidSet): GtidSet {
    if (this.isEmpty) return other;
    if (other.isEmpty) return this;
    const origins = new Map(this.#origins);
    for (const [origin, intervals] of other.#origins) {
      origins.set(origin, joined([...(origins.get(origin) ?? []), ...intervals]));
    }
    return new GtidSet(origins);
  }

  subtract(other: GtidSet): GtidSet {
    const origins = new Map<string, Intervals>();
    for (const [origin, intervals] of this.#origins) {
      const left = without(intervals, other.#origins.get(origin) ?? []);
      if (left.length > 0) origins.set(origin, left);
    }
    return new GtidSet(origins);
  }

  isSubsetOf(other: GtidSet): boolean {
    for (const [origin, intervals] of this.#origins) {
      const covering = other.#origins.get(origin) ?? [];
      for (const [first, last] of intervals) {
        if (!covering.some(([from, to]) => from <= first && last <= to)) return false;
      }
    }
    return true;
  }

  equals(other: GtidSet): boolean {
    return this.isSubsetOf(other) && other.isSubsetOf(this);
  }

  /** As MySQL writes it, in one line. */
  toString(): string {
    return [...this.#origins]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([origin, intervals]) => `${origin}:${intervals.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join(":")}`)
      .join(",");
  }
}

/** The same transactions in order, without overlaps and with the fewest intervals. */
function joined(intervals: Intervals): Intervals {
  const result: [number, number][] = [];
  for (const [first, last] of [...intervals].sort(([one], [other]) => one - other)) {
    const end = result.at(-1);
    if (end !== undefined && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else result.push([first, last]);
  }
  return result;
}

function without(intervals: Intervals, removed: Intervals): Intervals {
  return removed.reduce<Intervals>(
    (left, [from, to]) =>
      left.flatMap(([first, last]): Intervals => {
        if (to < first || last < from) return [[first, last]];
        const before: Intervals = first < from ? [[first, from - 1]] : [];
        const after: Intervals = to < last ? [[to + 1, last]] : [];
        return [...before, ...after];
      }),
    intervals,
  );
}
