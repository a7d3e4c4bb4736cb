import { GtidSet } from "../../../agent/gtidSet.ts";
import type { Term } from "../../../agent/vocabulary.ts";

/** A set of transactions: one bit for each. It costs much less than a set as MySQL writes it. */
export type Transactions = bigint;
export const NONE: Transactions = 0n;

/** client: of a client. setup: of the first provisioning. admin: of an agent. errant: of a person, on any server. */
export type Kind = "client" | "setup" | "admin" | "errant";
export type TermReason = "configured" | "takeover" | "elected";

/** A primary term that is to begin. */
export interface NewTerm {
  readonly promoted: string;
  readonly reason: TermReason;
  /** The number of a term that somebody has seen. */
  readonly after?: number;
}

interface TermRow {
  readonly bit: Transactions;
  readonly term: Term;
  readonly reason: TermReason;
}

interface Origin {
  readonly name: string;
  readonly bits: Transactions[];
  all: Transactions;
}

const NO_TERM: Term = { number: 0, promoted: undefined };

/** The origin of the transactions of a group. */
export const GROUP_ORIGIN = 0;

/** Every transaction that a simulation has written, whoever has it, and its names in MySQL. */
export class Ledger {
  readonly #origins: Origin[] = [];
  readonly #terms: TermRow[] = [];
  readonly #sets = new Map<Transactions, GtidSet>([[NONE, GtidSet.EMPTY]]);
  readonly #newest = new Map<Transactions, Term>();
  #next: Transactions = 1n;
  /** Those that are worth keeping: all but those of a first provisioning, which its interruption may delete. */
  kept: Transactions = NONE;
  ofClients: Transactions = NONE;

  constructor() {
    this.newOrigin();
  }

  /** A server's UUID, which a new data folder brings with it. */
  newOrigin(): number {
    const name = `00000000-0000-0000-0000-${this.#origins.length.toString(16).padStart(12, "0")}`;
    return this.#origins.push({ name, bits: [], all: NONE }) - 1;
  }

  /** Writes a transaction. */
  add(origin: number, kind: Kind): Transactions {
    const bit = this.#next;
    this.#next <<= 1n;
    const place = this.#origins[origin];
    place?.bits.push(bit);
    if (place !== undefined) place.all |= bit;
    if (kind !== "setup") this.kept |= bit;
    if (kind === "client") this.ofClients |= bit;
    return bit;
  }

  /** Writes the row of the next primary term after those in `known`, and after another one that was seen. */
  addTerm(origin: number, kind: Kind, known: Transactions, { promoted, reason, after = 0 }: NewTerm): Transactions {
    const bit = this.add(origin, kind);
    const number = Math.max(this.newestTerm(known).number, after) + 1;
    this.#terms.push({ bit, term: { number, promoted }, reason });
    this.#newest.clear();
    return bit;
  }

  newestTerm(set: Transactions): Term {
    const known = this.#newest.get(set);
    if (known !== undefined) return known;
    const term = this.#rowsIn(set).reduce<Term>(
      (newest, row) => (row.term.number > newest.number ? row.term : newest),
      NO_TERM,
    );
    this.#newest.set(set, term);
    return term;
  }

  /** The numbers of terms that began twice, by members that did not know of each other. */
  get rivalTerms(): number[] {
    const numbers = this.#terms.map(({ term }) => term.number);
    return [...new Set(numbers.filter((number, index) => numbers.indexOf(number) < index))];
  }

  countTerms(set: Transactions): number {
    return this.#rowsIn(set).length;
  }

  /** The member that the configuration promoted last, as somebody with this set knows. */
  configuredIn(set: Transactions): string | undefined {
    return this.#rowsIn(set).reduce<TermRow | undefined>(
      (newest, row) => (row.reason === "configured" && row.term.number > (newest?.term.number ?? 0) ? row : newest),
      undefined,
    )?.term.promoted;
  }

  /** Whether two rows of the same term would meet: the primary key of the table allows one. */
  conflicts(present: Transactions, incoming: Transactions): boolean {
    const rows = this.#rowsIn(incoming);
    if (rows.length === 0) return false;
    return this.#rowsIn(present & ~incoming).some(({ term }) => rows.some((row) => row.term.number === term.number));
  }

  /** Those of a set that began at an origin. */
  of(origin: number, set: Transactions): Transactions {
    return set & (this.#origins[origin]?.all ?? NONE);
  }

  /** The set as an agent sees it. */
  gtidSet(set: Transactions): GtidSet {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    let result = GtidSet.EMPTY;
    for (const origin of this.#origins) {
      const part = set & origin.all;
      if (part === NONE) continue;
      result =
        part === origin.all
          ? result.union(GtidSet.of(origin.name, 1, origin.bits.length))
          : result.union(runsOf(origin, part));
    }
    this.#sets.set(set, result);
    return result;
  }

  #rowsIn(set: Transactions): TermRow[] {
    return this.#terms.filter(({ bit }) => (set & bit) !== NONE);
  }
}

function runsOf({ name, bits }: Origin, part: Transactions): GtidSet {
  let result = GtidSet.EMPTY;
  let first = 0;
  for (let number = 1; number <= bits.length + 1; number++) {
    const has = (part & (bits[number - 1] ?? NONE)) !== NONE;
    if (has && first === 0) first = number;
    else if (!has && first !== 0) {
      result = result.union(GtidSet.of(name, first, number - 1));
      first = 0;
    }
  }
  return result;
}
