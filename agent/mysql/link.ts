import { type Account, errorNumber, NoAnswer, openSession, type Place, type Row, type Session } from "./session.ts";

/** Whom to ask, as whom. */
export interface Target {
  readonly place: Place;
  readonly account: Account;
}

/** Time limits in seconds. */
export interface Limits {
  readonly connect: number;
  readonly answer: number;
}

/** A connection that is kept between questions, and opened again when it breaks or when its secrets have changed. */
export class Link {
  readonly #target: () => Promise<Target>;
  readonly #limits: Limits;
  #open: { readonly session: Session; readonly secrets: string } | undefined;

  /** @param target reads the present secrets; it is called before each question */
  constructor(target: () => Promise<Target>, limits: Limits) {
    this.#target = target;
    this.#limits = limits;
  }

  /** Runs one statement; resolves to its rows. */
  async ask(statement: string): Promise<readonly Row[]> {
    const target = await this.#target();
    const secrets = JSON.stringify(target);
    if (this.#open !== undefined && this.#open.secrets !== secrets) this.close();
    const kept = this.#open?.session;
    if (kept !== undefined) {
      try {
        return await kept.ask(statement, this.#limits.answer);
      } catch (error) {
        if (errorNumber(error) !== undefined) throw error;
        this.close();
        // A kept connection may have been closed by the other side since; a silent server stays silent.
        if (error instanceof NoAnswer) throw error;
      }
    }
    const session = await openSession(target.place, target.account, this.#limits.connect);
    this.#open = { session, secrets };
    try {
      return await session.ask(statement, this.#limits.answer);
    } catch (error) {
      if (errorNumber(error) === undefined) this.close();
      throw error;
    }
  }

  close(): void {
    this.#open?.session.close();
    this.#open = undefined;
  }
}
