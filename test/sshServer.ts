import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { provideSshd } from "../bootstrap/sshd.ts";
import { eventually } from "../engine/eventually.ts";
import { namespacesMissing } from "./firewall/namespaces.ts";

const RUN = fileURLToPath(new URL("sshServer.sh", import.meta.url));
const MACHINE = "far";

/** This machine, once more: by ssh. */
export interface SshServer {
  readonly endpoint: string;
  /** The folder of an `ssh` that has a configuration, a key and known hosts of its own: a user's, as far as it goes. */
  readonly path: string;
  /** The number of logins so far. */
  logins(): Promise<number>;
  /** Lets the user know another key of the server, or the right one again. */
  mistake(isMistaken: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** The reason why no ssh server can run here; undefined: one can. */
export async function sshMissing(): Promise<string | undefined> {
  const reason = await namespacesMissing();
  if (reason !== undefined) return reason;
  return provideSshd(console.log).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/**
 * Starts an ssh server at a port of the loopback, with the limits that docs/operations.md asks for.
 * @param home an existing folder for its files
 */
export async function startSshServer(home: string, port: number): Promise<SshServer> {
  const folder = join(home, "ssh");
  const [path, own, log, known] = [
    join(folder, "bin"),
    join(folder, "key"),
    join(folder, "log"),
    join(folder, "known"),
  ];
  await mkdir(path, { recursive: true });
  const keyOf = async (name: string) => {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
    return (await readFile(join(folder, `${name}.pub`), "utf8")).split(" ").slice(0, 2).join(" ");
  };
  const [server, other] = [await keyOf("server"), await keyOf("other")];
  await keyOf("key");
  await writeFile(
    join(folder, "sshd_config"),
    `ListenAddress 127.0.0.1
Port ${port}
HostKey ${join(folder, "server")}
AuthorizedKeysFile ${own}.pub
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
PidFile none
LogLevel VERBOSE
MaxStartups 100:30:200
MaxSessions 100
`,
  );
  await writeFile(
    join(folder, "config"),
    `Host ${MACHINE}
  HostName 127.0.0.1
  Port ${port}
  User root
  IdentityFile ${own}
  UserKnownHostsFile ${known}
  GlobalKnownHostsFile none
`,
  );
  const { stdout: ssh } = await execa("sh", ["-c", "command -v ssh"]);
  await writeFile(join(path, "ssh"), `#!/bin/sh\nexec ${ssh} -F ${join(folder, "config")} "$@"\n`);
  await chmod(join(path, "ssh"), 0o755);
  const mistake = (isMistaken: boolean) => writeFile(known, `[127.0.0.1]:${port} ${isMistaken ? other : server}\n`);
  await mistake(false);

  const { program, libraries } = await provideSshd(console.log);
  const child = execa("unshare", ["--mount", RUN, program, join(folder, "sshd_config"), log, join(folder, "passwd")], {
    reject: false,
    env: libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries },
  });
  await eventually(() => execa(join(path, "ssh"), ["-o", "BatchMode=yes", MACHINE, "true"]), 20);
  const accepted = async () => (await readFile(log, "utf8")).match(/Accepted publickey/g)?.length ?? 0;
  const before = await accepted();
  return {
    endpoint: `ssh://${MACHINE}`,
    path,
    logins: async () => (await accepted()) - before,
    mistake,
    async stop() {
      child.kill();
      await child;
    },
  };
}
