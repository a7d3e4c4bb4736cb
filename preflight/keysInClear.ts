import { parse } from "yaml";
import { keyText, type Path, type Problem, shellWord, valueAt } from "../config/problems.ts";
import { schema } from "../config/schema.ts";
import { fromText } from "../config/shape.ts";

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

/** Passwords of registries, and secrets of the application and of monitoring, that stand in clear in the stack's file. */
export function passwordsInClear(
  file: string,
  { project, stack }: { readonly project: string; readonly stack: string },
): Problem[] {
  const settings = settingsOf(file);
  // A setting may be a JSON text, which is no object for the CLI.
  const partsOf = (key: "registries" | "application" | "monitoring", ...below: string[]) =>
    Object.keys(Object(valueAt(fromText(schema.shape[key], settings[`${project}:${key}`]), below)));
  const places = [
    ...partsOf("registries").map((name) => ({
      path: ["registries", name, "password"],
      change: "change the password at the registry",
    })),
    ...(["application", "monitoring"] as const).flatMap((key) =>
      partsOf(key, "secrets").map((name) => ({ path: [key, "secrets", name], change: "replace the secret" })),
    ),
  ];
  return places.flatMap(({ path, change }): Problem[] => {
    const [key = "", ...below] = path;
    const part = schema.shape[key as keyof typeof schema.shape];
    if (typeof valueAt(fromText(part, settings[`${project}:${key}`]), below) !== "string") return [];
    return [
      {
        path,
        complaint: "is in clear in the stack's file",
        allowed: "a text that the CLI has encrypted",
        cure: `${change}, because this one was readable, and encrypt the new one:
    set it:    pulumi config set --secret --path ${shellWord(`${project}:${keyText(path)}`)} --stack ${stack}`,
      },
    ];
  });
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
