import { parse } from "yaml";
import { keyText, type Path, type Problem } from "../config/problems.ts";

const KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

const TLS_KEY = "loadBalancer.tls.key";

/**
 * Settings with a private key that stands in clear in the stack's file, which is committed: whoever reads it has the key.
 * @param file the text of the stack's file; a malformed one has no settings
 */
export function keysInClear(file: string, { project, stack }: { readonly project: string; readonly stack: string }) {
  return Object.entries(settingsOf(file)).flatMap(([key, value]) =>
    pathsWith(value, [key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key]).map(
      (path): Problem =>
        keyText(path) === TLS_KEY
          ? {
              path,
              complaint: "is in clear in the stack's file",
              allowed: "the path of a file, or a text that the CLI has encrypted",
              cure: `make a new key, because this one was readable, and set the path of its file, or encrypt it:
    set it:    pulumi config set --secret --path '${project}:${TLS_KEY}' --stack ${stack} <site.key`,
            }
          : {
              path,
              complaint: "holds a private key in clear in the stack's file",
              allowed: `no private key; that of the site belongs into ${TLS_KEY}, as the path of a file or encrypted`,
              cure: "make a new key, because this one was readable, and take this one out of the setting",
            },
    ),
  );
}

function settingsOf(file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(file)?.config ?? {};
  } catch {
    return {};
  }
}

/** The places of the texts with a key. */
function pathsWith(value: unknown, path: Path): Path[] {
  if (typeof value === "string") return KEY.test(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => pathsWith(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => pathsWith(item, [...path, key]));
}
