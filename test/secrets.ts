import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Issued } from "../app/test/certificates.ts";
import { SECRETS_FOLDER } from "../components/files.ts";
import { CLIENT_CERTIFICATE, TLS } from "../components/tlsFiles.ts";

/** The secrets of a server, by file. */
export function serverFiles(authority: Issued, { certificate, key }: Issued): Record<string, string> {
  return {
    [basename(TLS.authority)]: authority.certificate,
    [basename(TLS.certificate)]: certificate,
    [basename(TLS.key)]: key,
  };
}

/** The secrets of a client that shows a certificate, by file. */
export function clientFiles(authority: Issued, { certificate, key }: Issued): Record<string, string> {
  return { [basename(TLS.authority)]: authority.certificate, [basename(CLIENT_CERTIFICATE)]: certificate + key };
}

/** The same client in this process. */
export function clientOptions(authority: Issued, { certificate, key }: Issued) {
  return { ca: authority.certificate, cert: certificate, key };
}

/** Writes files into a new folder; returns the option by which a container has them as its secrets. */
export async function mountedSecrets(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return `--volume=${folder}:${SECRETS_FOLDER}:ro`;
}
