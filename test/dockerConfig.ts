import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A user's folder with a configuration of the command docker, and programs in the PATH. */
export interface TestUser {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Replaces the configuration; a text is written as it is. */
  configure(config: unknown): void;
  /** Makes a credential helper of a shell script. The script has its input, the registry, in $registry. */
  helper(name: string, script: string): void;
  remove(): void;
}

export function testUser(): TestUser {
  const home = mkdtempSync(join(tmpdir(), "foobar-user-"));
  const programs = join(home, "bin");
  mkdirSync(programs);
  mkdirSync(join(home, ".docker"));
  return {
    home,
    env: { PATH: `${programs}${delimiter}${process.env["PATH"]}`, DOCKER_CONFIG: join(home, ".docker") },
    configure: (config) =>
      writeFileSync(join(home, ".docker/config.json"), typeof config === "string" ? config : JSON.stringify(config)),
    helper(name, script) {
      const file = join(programs, `docker-credential-${name}`);
      writeFileSync(file, `#!/bin/sh\n[ "$1" = get ] || exit 2\nregistry=$(cat)\n${script}\n`);
      chmodSync(file, 0o755);
    },
    remove: () => rmSync(home, { recursive: true }),
  };
}
