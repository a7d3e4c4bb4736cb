import type { Session } from "./host.ts";

/** The tables, made once on whoever is the primary. */
export interface Schema {
  make(session: Session): Promise<void>;
  /** The tables turned out to be missing after all. */
  forget(): void;
}

/** @param statements may run any number of times */
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
