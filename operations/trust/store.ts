import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type AuthorityCertificate, isNothing, type TrustChange, trustChange } from "./plan.ts";
import { STORES, storeOf, type TrustStore } from "./stores.ts";

/** This machine's store; undefined: the project does not know it. */
export function thisStore(): TrustStore | undefined {
  return storeOf(process.platform, existsSync);
}

/** Why this machine's store cannot be changed; undefined: it can. */
export function obstacle(store: TrustStore | undefined, isRoot = process.getuid?.() === 0): string | undefined {
  if (store === undefined) {
    const known = STORES.map(({ systems }) => systems).join("; ");
    return `this machine has no trust store that the command knows
    allowed:   ${known}
    cure:      the commands that npm run trust shows`;
  }
  if (isRoot) return undefined;
  return `only root can change this machine's trust store, ${store.folder}
    cure:      the commands with sudo that npm run trust shows`;
}

/** The change after which this machine trusts exactly these certificates of the stack; none: it trusts none. */
export async function changeOf(
  store: TrustStore,
  stack: string,
  certificates: readonly AuthorityCertificate[],
): Promise<TrustChange> {
  return trustChange(stack, store, await readdir(store.folder), certificates);
}

/** @throws Error if a file cannot be written, or if the system does not take the files in */
export async function apply({ folder, refresh: [command = "", ...args] }: TrustStore, change: TrustChange) {
  if (isNothing(change)) return;
  for (const { file, pem } of change.write) await writeFile(join(folder, file), pem, { mode: 0o644 });
  for (const file of change.remove) await rm(join(folder, file));
  const { exitCode, stderr } = await execa(command, args, { reject: false });
  if (exitCode !== 0) throw new Error(`${command} failed (exit code ${exitCode}); run it again: ${stderr}`);
}
