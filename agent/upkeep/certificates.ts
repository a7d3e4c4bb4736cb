import { reasonOf } from "../reason.ts";
import type { Tools } from "./tools.ts";

/**
 * The server's certificates, which are renewed while it runs. Open connections keep the certificate that they began with.
 * The files change one after the other: as long as key and certificate do not match, MySQL keeps the old ones, and the
 * next look tries again.
 */
export class Certificates {
  #served: string | undefined;
  #problem: string | undefined;

  async keep({ own, secrets, say }: Tools): Promise<void> {
    const files = await secrets.certificates();
    if (files === this.#served) return;
    try {
      await own.execute("ALTER INSTANCE RELOAD TLS");
    } catch (error) {
      const problem = reasonOf(error);
      if (problem !== this.#problem) say(`MySQL does not accept the certificate of its files: ${problem}`);
      this.#problem = problem;
      return;
    }
    this.#served = files;
    this.#problem = undefined;
    say("serving the certificate of the files");
  }
}
