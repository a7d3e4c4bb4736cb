import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const SCRIPTS = fileURLToPath(new URL("../components/mysqlBackup/files/", import.meta.url));

/** One row of a table: what it is about, the arguments, the expected output, and the lines of standard input. */
export type Row = readonly [about: string, args: string, prints: string, input?: string];

/** Runs a function of a script of the backups, beside nothing else, and resolves to its output and exit code. */
async function call(script: string, name: string, args: readonly string[], input: string) {
  // A variable that the function does not get as an argument is an error.
  const { stdout, stderr, exitCode } = await execa("bash", ["-uc", '. "$0"; "$@"', SCRIPTS + script, name, ...args], {
    input,
    reject: false,
  });
  assert.equal(stderr, "");
  return { stdout, exitCode };
}

/** The words of a line; `-` is an empty one. */
const words = (line: string) => line.split(" ").map((word) => (word === "-" ? "" : word));

/** Declares a test for each row: the function prints the expected output. */
export function itPrints(script: string, name: string, rows: readonly Row[]): void {
  for (const [about, args, prints, input = ""] of rows) {
    it(`${name}: ${about}`, async () => {
      const { stdout, exitCode } = await call(script, name, words(args), input);
      assert.deepEqual([stdout, exitCode], [prints, 0]);
    });
  }
}

/** Declares a test for each row: the function prints nothing and succeeds (`yes`) or fails (`no`). */
export function itAnswers(script: string, name: string, rows: readonly Row[]): void {
  for (const [about, args, answer, input = ""] of rows) {
    it(`${name}: ${about}`, async () => {
      const { stdout, exitCode } = await call(script, name, words(args), input);
      assert.deepEqual([stdout, exitCode], ["", answer === "yes" ? 0 : 1]);
    });
  }
}

/** The lines that retention.awk prints for these facts. */
export async function removed(keep: number, facts: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("awk", ["-v", `keep=${keep}`, "-f", `${SCRIPTS}retention.awk`], {
    input: facts.map((fact) => `${fact}\n`).join(""),
  });
  return stdout === "" ? [] : stdout.split("\n");
}
