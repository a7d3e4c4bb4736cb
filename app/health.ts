/** What /readyz answers. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly reasons: readonly string[];
}

/**
 * Decides whether this instance should get requests.
 *
 * A database that goes away does not make it unready at once: a takeover takes seconds, and every instance would turn
 * red at the same time, leaving nobody to answer at all.
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

  /** This instance is going to stop; there is no way back. */
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
