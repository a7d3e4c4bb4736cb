import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type AuthorityCertificate, OWN, type TrustChange, trustChange } from "./plan.ts";
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
  const names = (await readdir(store.folder)).filter((name) => name.startsWith(OWN));
  const texts = names.map(async (name) => [name, await readFile(join(store.folder, name), "utf8")] as const);
  return trustChange(stack, store, new Map(await Promise.all(texts)), certificates);
}

/**
 * Changes the store, and has the system take its files in, even if none has changed: the last time this may have failed.
 * @throws Error if a file cannot be written, or if the system does not take the files in
 */
export async function apply({ folder, refresh: [command = "", ...args] }: TrustStore, change: TrustChange) {
  for (const { file, pem } of change.write) await writeFile(join(folder, file), pem, { mode: 0o644 });
  for (const file of change.remove) await rm(join(folder, file));
  const { exitCode, stderr } = await execa(command, args, { reject: false });
  if (exitCode !== 0)
    throw new Error(
      `${command} failed (exit code ${exitCode}); run npm run trust again with the same option: ${stderr}`,
    );
}
