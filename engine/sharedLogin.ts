import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { hostOf, userOf } from "./endpoint.ts";

/** Seconds for which a login is kept after the last connection that used it, for the next command. */
const KEPT_SECONDS = 10;

/** Milliseconds in which a login that is kept on this machine ends. */
const END_MS = 5_000;

/** A machine that is lost meanwhile is noticed after 15 s, not after minutes. */
const ALIVE = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"] as const;

/** Arguments of ssh for an endpoint. Nobody can answer a question of ssh, such as whether a machine is known. */
export function targetOf(endpoint: URL): string[] {
  const [user, { port }] = [userOf(endpoint), endpoint];
  return [
    ...["-o", "BatchMode=yes", "-o", `ConnectTimeout=${CONNECT_SECONDS}`],
    ...(user === "" ? [] : ["-l", user]),
    ...(port === "" ? [] : ["-p", port]),
    ...["--", hostOf(endpoint)],
  ];
}

/** Seconds in which a machine has to accept a connection. One that is off never says so. */
const CONNECT_SECONDS = 10;

/**
 * Options of ssh by which all connections of this program, of the provider and of commands share one login to a machine,
 * unless the user's configuration has a place for that. Only the user may enter the folder.
 * @param endpoint ssh://[user@]host[:port]
 */
export function sharedLogin(endpoint: string): readonly string[] {
  const target = targetOf(new URL(endpoint));
  const { stdout } = spawnSync("ssh", ["-G", ...target], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  if (stdout === null || /^controlpath (?!none$)/m.test(stdout)) return [];
  // As ssh itself makes it, when it learns its first host.
  mkdirSync(join(userInfo().homedir, ".ssh"), { recursive: true, mode: 0o700 });
  return [
    ...["-o", "ControlMaster=auto"],
    ...["-o", "ControlPath=~/.ssh/foobar-%C"],
    ...["-o", `ControlPersist=${KEPT_SECONDS}`],
    ...ALIVE,
  ];
}

/**
 * Ends the shared login to a machine with all connections that use it. The kernel would otherwise keep them for minutes
 * after the machine has lost its power.
 */
export async function endSharedLogin(endpoint: string): Promise<void> {
  if (!endpoint.startsWith("ssh:")) return;
  const args = [...sharedLogin(endpoint), "-O", "exit", ...targetOf(new URL(endpoint))];
  // It fails if there is none.
  await execa("ssh", args, { reject: false, stdio: "ignore", timeout: END_MS });
}
