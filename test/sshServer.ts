import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { provideSshd } from "../bootstrap/sshd.ts";
import { eventually } from "../engine/eventually.ts";
import { namespacesMissing } from "./firewall/namespaces.ts";
import { createSshUser, loginsIn, writeSshdConfig } from "./ssh.ts";

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
  const log = join(folder, "log");
  const user = await createSshUser(folder, `Host ${MACHINE}\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n`);
  const config = await writeSshdConfig(
    folder,
    user,
    `ListenAddress 127.0.0.1\nPort ${port}\nMaxStartups 100:30:200\nMaxSessions 100`,
  );
  const mistake = (isMistaken: boolean) =>
    user.know(new Map([[`[127.0.0.1]:${port}`, config[isMistaken ? "wrong" : "right"]]]));
  await mistake(false);

  const { program, libraries } = await provideSshd(console.log);
  const child = execa("unshare", ["--mount", RUN, program, config.file, log, join(folder, "passwd")], {
    reject: false,
    env: libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries },
  });
  await eventually(() => execa(join(user.path, "ssh"), ["-o", "BatchMode=yes", MACHINE, "true"]), 20);
  const before = await loginsIn(log);
  return {
    endpoint: `ssh://${MACHINE}`,
    path: user.path,
    logins: async () => (await loginsIn(log)) - before,
    mistake,
    async stop() {
      child.kill();
      await child;
    },
  };
}
