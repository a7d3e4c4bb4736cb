import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Someone who logs in by ssh, and is apart from whoever runs the tests. */
export interface SshUser {
  /** The folder of an `ssh` that has a configuration, a key and known hosts of its own: a user's, as far as it goes. */
  readonly path: string;
  /** The file with the key that servers have to accept. */
  readonly publicKey: string;
  /** Replaces the known hosts: the key of each, by its address. */
  know(keys: ReadonlyMap<string, string>): Promise<void>;
}

/**
 * @param folder for the user's files; it is made
 * @param machines settings for single machines, as in the user's configuration
 */
export async function createSshUser(folder: string, machines = ""): Promise<SshUser> {
  const path = join(folder, "bin");
  const [key, known, config] = [join(folder, "key"), join(folder, "known"), join(folder, "config")];
  await mkdir(path, { recursive: true });
  await makeKey(key);
  await writeFile(
    config,
    `${machines}
Host *
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

/** The configuration of an ssh server, and its keys: its own, and one that a user may take for its own by mistake. */
export interface SshdConfig {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/**
 * Writes the configuration of an ssh server, with the limits that such a server has by default.
 * @param folder an existing one, for its files
 * @param lines further settings
 */
export async function writeSshdConfig(folder: string, user: SshUser, lines: string): Promise<SshdConfig> {
  const [file, key] = [join(folder, "sshd_config"), join(folder, "sshd_key")];
  await writeFile(
    file,
    `HostKey ${key}
AuthorizedKeysFile ${user.publicKey}
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
PidFile none
${lines}
`,
  );
  return { file, right: await makeKey(key), wrong: await makeKey(join(folder, "sshd_wrong_key")) };
}

/** The number of logins that a server has accepted, by its log. */
export async function loginsIn(log: string): Promise<number> {
  return (await readFile(log, "utf8")).match(/Accepted publickey/g)?.length ?? 0;
}

/** Makes a pair of keys; resolves to the public one. */
async function makeKey(file: string): Promise<string> {
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  return (await readFile(`${file}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
}
