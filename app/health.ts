/** The answer of /readyz. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** The reasons for being unready; empty when ready. */
  readonly reasons: readonly string[];
}

/**
 * Decides whether this instance should get requests.
 *
 * A lost database does not make it unready at once: a failover takes seconds, and all instances would turn red at the
 * same time, so that none would be left to answer.
 */
export class Readiness {
  private readonly graceMs: number;
  private readonly now: () => number;
  private lastContact: number | undefined;
  private isDraining = false;

  constructor(graceMs: number, now: () => number = () => performance.now()) {
    this.graceMs = graceMs;
    this.now = now;
  }

  /** Some database has answered just now. */
  contact(): void {
    this.lastContact = this.now();
  }

  /** This instance is going to stop; that cannot be undone. */
  drain(): void {
    this.isDraining = true;
  }

  get draining(): boolean {
    return this.isDraining;
  }

  report(): ReadinessReport {
    const reasons: string[] = [];
    if (this.isDraining) reasons.push("draining: this instance is about to stop");
    if (this.lastContact === undefined) reasons.push("never connected to a database yet");
    else {
      const gone = this.now() - this.lastContact;
      if (gone > this.graceMs) {
        reasons.push(
          `no database for ${Math.floor(gone / 1000)} s, longer than the ${this.graceMs / 1000} s tolerated`,
        );
      }
    }
    return { ready: reasons.length === 0, reasons };
  }
}
