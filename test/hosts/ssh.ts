import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** A user of this machine who logs in to others by ssh. */
export interface SshUser {
  /** The folder of an `ssh` that has a configuration, a key and known hosts of its own: a user's, as far as it goes. */
  readonly path: string;
  /** The file with the key that machines have to accept. */
  readonly publicKey: string;
  /** Replaces the known hosts: an address and a key each. */
  know(keys: ReadonlyMap<string, string>): Promise<void>;
}

/** @param folder for its files; it is made */
export async function createSshUser(folder: string): Promise<SshUser> {
  const path = join(folder, "bin");
  const [key, known, config] = [join(folder, "key"), join(folder, "known"), join(folder, "config")];
  await mkdir(path, { recursive: true });
  await makeKey(key);
  await writeFile(
    config,
    `Host *
  IdentityFile ${key}
  UserKnownHostsFile ${known}
  GlobalKnownHostsFile none
`,
  );
  const { stdout: ssh } = await execa("sh", ["-c", "command -v ssh"]);
  await writeFile(join(path, "ssh"), `#!/bin/sh\nexec ${ssh} -F ${config} "$@"\n`);
  await chmod(join(path, "ssh"), 0o755);
  return {
    path,
    publicKey: `${key}.pub`,
    know: (keys) => writeFile(known, [...keys].map(([address, key]) => `${address} ${key}\n`).join("")),
  };
}

/** The keys of a machine with an ssh server: its own, and one that a user may take for its own by mistake. */
export interface HostKeys {
  readonly right: string;
  readonly wrong: string;
}

/**
 * Writes the settings of a machine's ssh server. All limits are those that a server has by default.
 * @param home the machine's, which exists
 * @param lines further settings
 */
export async function writeSshd(home: string, { publicKey }: SshUser, lines: string): Promise<HostKeys> {
  const key = join(home, "ssh_host_key");
  const keys = { right: await makeKey(key), wrong: await makeKey(join(home, "other_key")) };
  await writeFile(
    join(home, "sshd_config"),
    `HostKey ${key}
AuthorizedKeysFile ${publicKey}
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
PidFile none
${lines}
`,
  );
  return keys;
}

/** The number of logins that a machine's ssh server has accepted. */
export async function loginsOf(home: string): Promise<number> {
  const log = await readFile(join(home, "sshd.log"), "utf8");
  return log.match(/Accepted publickey/g)?.length ?? 0;
}

/** Makes a key; resolves to its public part. */
async function makeKey(file: string): Promise<string> {
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return (await readFile(`${file}.pub`, "utf8")).trim();
}
