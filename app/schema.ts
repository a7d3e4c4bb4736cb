import type { Session } from "./host.ts";

/** The tables, which are created once on the primary. */
export interface Schema {
  make(session: Session): Promise<void>;
  /** The tables turned out to be missing: creates them again next time. */
  forget(): void;
}

/** @param statements statements that may run any number of times */
export function createSchema(statements: readonly string[]): Schema {
  let made = false;
  return {
    make: async (session) => {
      if (made) return;
      for (const statement of statements) await session.run(statement);
      made = true;
    },
    forget: () => {
      made = false;
    },
  };
}
