import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A stub of MySQL's client: it notes each statement with its member, and answers by the cases of a shell. */
const client = (cases: string) => `#!/usr/bin/env bash
host=here
for argument; do case $argument in --host=*) host=\${argument#--host=} ;; esac; done
statement=$(cat)
echo "$host: $statement" >>"$(dirname "$0")/asked"
case "$host: $statement" in
${cases}
esac
`;

/**
 * Runs a whole script of the cluster. MySQL answers by the cases of a shell, whose patterns match "member: statement".
 * @param files the files in the script's folder
 */
export async function runScript(
  files: Readonly<Record<string, string>>,
  [script, ...args]: readonly [string, ...string[]],
  cases: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | undefined; readonly printed: string; readonly asked: string }> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-script-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, "mysql"), client(cases));
    await chmod(join(folder, "mysql"), 0o755);
    const { exitCode, all } = await execa("bash", [join(folder, script), ...args], {
      ...{ reject: false, all: true, timeout: 20_000 },
      env: { PATH: `${folder}:${process.env["PATH"]}`, ...environment },
    });
    return { exitCode, printed: all, asked: await readFile(join(folder, "asked"), "utf8").catch(() => "") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
