import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The desired state of a node: files that change while it runs. */
export interface Desired {
  /** The configured primary. */
  primary(): Promise<string>;
  /** The application's databases. */
  databases(): Promise<readonly string[]>;
  /** The sizes, as MySQL's option file has them. */
  sizing(): Promise<string>;
}

export function desiredIn(folder: string): Desired {
  const text = (name: string) => readFile(join(folder, name), "utf8");
  return {
    primary: async () => (await text("primary")).trim(),
    databases: async () => (await text("databases")).split("\n").filter((line) => line !== ""),
    sizing: () => text("sizing.cnf"),
  };
}
