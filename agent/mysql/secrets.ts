import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The secrets of a container: files that change while the agent runs, so they are read whenever they are needed. */
export interface Secrets {
  /**
   * The password of an account.
   * @throws Error if there is none, or one that needs quoting in SQL
   */
  password(account: string): Promise<string>;
  /** The certificates that the agent trusts, in PEM. */
  authority(): Promise<string>;
  /** The texts of the server's certificate files, in one. */
  certificates(): Promise<string>;
}

/** The files of MySQL's certificates. */
const CERTIFICATES = ["ca.crt", "server.crt", "server.key"] as const;

export function secretsIn(folder: string): Secrets {
  const text = (name: string) => readFile(join(folder, name), "utf8");
  return {
    async password(account) {
      const [password = ""] = (await text(`${account}-password`)).split("\n");
      if (!/^[\x20-\x7e]+$/.test(password) || /['"\\]/.test(password)) {
        throw new Error(`the password of ${account} in ${folder} is empty, or has characters that need quoting`);
      }
      return password;
    },
    authority: () => text("ca.crt"),
    certificates: async () => (await Promise.all(CERTIFICATES.map(text))).join(""),
  };
}

/**
 * A public text that tells a password from others: the beginning of its hash, from which nobody can derive a long random
 * password. An account's attribute has the mark of the password that was set last.
 */
export function markOf(password: string): string {
  return createHash("sha256").update(password).digest("hex").slice(0, 16);
}
