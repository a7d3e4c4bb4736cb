import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import * as z from "zod";

/** The address of a database. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
}

/** The application's settings, from its environment variables. */
export interface Settings {
  /** The address, or its name, that it listens on. */
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly release: string;
  readonly logLevel: LogLevel;
  readonly drainMs: number;
  readonly readinessGraceMs: number;
  readonly database: {
    readonly name: string;
    readonly user: string;
    readonly password: string;
    readonly write: DatabaseAddress;
    readonly read: readonly DatabaseAddress[];
    readonly tls: boolean;
    /** The authority (PEM) that must have signed the servers' certificates. Without it they are not verified. */
    readonly ca?: string;
    /** Milliseconds for which a write that was certainly not done is retried. */
    readonly patienceMs: number;
  };
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** The levels of Fastify's logger. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Environment variables that cannot be used. The message names every problem at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const ADDRESS = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?$/;

function parseAddress(text: string): DatabaseAddress | undefined {
  const match = ADDRESS.exec(text);
  const host = match?.[1];
  if (host === undefined) return undefined;
  const port = match?.[2] === undefined ? 3306 : Number(match[2]);
  return port >= 1 && port <= 65535 ? { host, port } : undefined;
}

const address = z.string("is missing; give host or host:port").transform((text, context) => {
  const parsed = parseAddress(text.trim());
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "must be host or host:port" });
  return z.NEVER;
});

const addresses = z.string("is missing; give host or host:port, several separated by commas").transform((text, ctx) => {
  const parsed = text.split(",").map((part) => parseAddress(part.trim()));
  if (parsed.every((one) => one !== undefined)) return parsed;
  ctx.addIssue({ code: "custom", message: "must be host or host:port, several separated by commas" });
  return z.NEVER;
});

const whole = (min: number, max: number, fallback: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .default(fallback);
};

const text = (max: number, message: string) =>
  z
    .string("is missing")
    .max(max, message)
    .regex(/^[\x20-\x7e]+$/, message);

const Environment = z.object({
  HOST: text(253, "must be at most 253 printable characters").default("0.0.0.0"),
  PORT: whole(1, 65535, 3000),
  // The name is in a header of every answer.
  SERVER_NAME: z
    .string("is missing; name the server this instance belongs to")
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "must be letters, digits, dots, dashes or underscores (63 at most)"),
  RELEASE: text(128, "must be at most 128 printable characters").default("unreleased"),
  DATABASE_NAME: text(64, "must be at most 64 printable characters"),
  DATABASE_USER: text(32, "must be at most 32 printable characters"),
  DATABASE_WRITE_HOST: address,
  DATABASE_READ_HOST: addresses,
  DATABASE_PASSWORD_FILE: z.string().default("/run/secrets/database-password"),
  DATABASE_PATIENCE_SECONDS: whole(0, 60, 10),
  DATABASE_TLS: z.enum(["required", "off"], "must be required or off").default("required"),
  DRAIN_SECONDS: whole(0, 600, 5),
  READINESS_GRACE_SECONDS: whole(0, 3600, 30),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

/** Reads a small text file; replaced in tests. */
export type ReadText = (path: string) => string;

const readText: ReadText = (path) => readFileSync(path, "utf8");

type FileText = { readonly text: string } | { readonly problem: string };

function readFile(path: string, read: ReadText): FileText {
  try {
    // Editors and `echo` end a file with a newline, which is no part of a password.
    const text = read(path).replace(/\r?\n$/, "");
    return text === "" ? { problem: `${path} is empty` } : { text };
  } catch (error) {
    return { problem: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** The authority, if one is set, and its problems. */
function readAuthority(
  given: Readonly<Record<string, string | undefined>>,
  read: ReadText,
): { readonly ca?: string; readonly problems: readonly string[] } {
  const path = given["DATABASE_CA_FILE"];
  if (path === undefined) return { problems: [] };
  const problems: string[] = [];
  const file = readFile(path, read);
  if ("problem" in file) problems.push(`DATABASE_CA_FILE: ${file.problem}`);
  else if (!isCertificate(file.text)) problems.push(`DATABASE_CA_FILE: ${path} has no certificate in PEM form`);
  if (given["DATABASE_TLS"] === "off") problems.push("DATABASE_CA_FILE needs DATABASE_TLS=required");
  for (const name of ["DATABASE_WRITE_HOST", "DATABASE_READ_HOST"]) {
    const hosts = (given[name] ?? "").split(",").map((part) => parseAddress(part.trim())?.host ?? "");
    const numbers = hosts.filter((host) => isIP(host) !== 0);
    // For an address that is a number, the driver looks for the name localhost in the certificate.
    if (numbers.length > 0) problems.push(`${name} must be names with DATABASE_CA_FILE (it has ${numbers.join(", ")})`);
  }
  return "problem" in file ? { problems } : { ca: file.text, problems };
}

/**
 * Reads the settings from environment variables.
 *
 * @throws SettingsError naming every problem, so that one restart is enough to fix them all
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>, read = readText): Settings {
  // An empty variable, as a template may leave it, counts as not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  const password = readFile(given["DATABASE_PASSWORD_FILE"] ?? "/run/secrets/database-password", read);
  const authority = readAuthority(given, read);

  const problems = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    const value = given[name];
    return `${name} ${issue.message}${value === undefined ? "" : ` (it is ${JSON.stringify(value)})`}`;
  });
  if ("problem" in password) problems.push(`DATABASE_PASSWORD_FILE: ${password.problem}`);
  problems.push(...authority.problems);
  if (!parsed.success || "problem" in password || problems.length > 0) {
    throw new SettingsError(`The environment cannot be used:\n${problems.map((line) => `  - ${line}`).join("\n")}`);
  }

  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    serverName: env.SERVER_NAME,
    release: env.RELEASE,
    logLevel: env.LOG_LEVEL,
    drainMs: env.DRAIN_SECONDS * 1000,
    readinessGraceMs: env.READINESS_GRACE_SECONDS * 1000,
    database: {
      name: env.DATABASE_NAME,
      user: env.DATABASE_USER,
      password: password.text,
      write: env.DATABASE_WRITE_HOST,
      read: env.DATABASE_READ_HOST,
      tls: env.DATABASE_TLS === "required",
      ...(authority.ca === undefined ? {} : { ca: authority.ca }),
      patienceMs: env.DATABASE_PATIENCE_SECONDS * 1000,
    },
  };
}
