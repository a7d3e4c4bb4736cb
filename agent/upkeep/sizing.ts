import type { Tools } from "./tools.ts";

const MEBIBYTE = 1_048_576;

/** Statements that give a running server the sizes of an option file: numbers, and numbers of mebibytes (M). */
export function sizingStatements(file: string): string {
  return file
    .split("\n")
    .flatMap((line) => {
      const [, name, number, unit] = /^([a-z_]+) = ([0-9]+)(M?)$/.exec(line) ?? [];
      if (name === undefined || number === undefined) return [];
      return [`SET GLOBAL ${name} = ${Number(number) * (unit === "M" ? MEBIBYTE : 1)};`];
    })
    .join("\n");
}

/** The sizes of the desired state, which change while the server runs. */
export class Sizing {
  #applied: string | undefined;

  async keep({ own, desired }: Tools): Promise<void> {
    const statements = sizingStatements(await desired.sizing());
    if (statements === "" || statements === this.#applied) return;
    await own.execute(statements);
    this.#applied = statements;
  }
}
