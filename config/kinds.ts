import { z } from "zod";
import { LOCAL_ENDPOINT } from "./choices.ts";
import { isHostName } from "./names.ts";

/**
 * Kinds of values that several settings share. Each error text says what is allowed; docs/configuration.md quotes it.
 */

const NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:localhost|${LABEL}(?:\\.${LABEL})+|${LABEL}(?=:\\d))(?::\\d+)?`;
const IS_REGISTRY = new RegExp(`^${REGISTRY}$`);
const WORDS = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
const DIGEST = "@sha256:[0-9a-f]{64}";
/** [registry/]name as Docker has it, then a tag, a digest, or both. */
const IMAGE = new RegExp(`^((?:${REGISTRY}/)?${WORDS}(?:/${WORDS})*)(?::(\\w[\\w.-]{0,127}))?(${DIGEST})?$`);

/** A tag without a digit names no version, unless it is a commit: such tags move. */
const VERSION = /\d|(?:^|[._-])[0-9a-f]{7,40}$/;

/** Official images of programs that are no substitute for each other. */
const PROGRAMS =
  "haproxy nginx node mysql mariadb percona postgres mongo redis memcached httpd tomcat caddy traefik varnish".split(
    " ",
  );

/** The documentation of a setting. */
export interface About {
  /** One or two sentences: what the setting does. */
  readonly description: string;
  /** The behaviour when the setting is absent and has no default: "no limit". */
  readonly unset?: string;
  /** The value that an error proposes. */
  readonly example?: unknown;
}

export const name = () =>
  z
    .string({ error: "a name in lower-case letters, digits and hyphens" })
    .regex(NAME, "a name of 1 to 30 lower-case letters, digits and hyphens that starts with a letter");

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });

export const yesOrNo = () => z.boolean({ error: "true or false" });

export const whole = (least: number, most: number, unit = "") => {
  const range = `a whole number${unit && ` of ${unit}`} from ${least} to ${most}`;
  return z.int({ error: range }).min(least, range).max(most, range);
};

export const port = () => whole(1, 65_535);

export const path = () =>
  z
    .string({ error: "a path that starts with /" })
    .regex(/^\/[\w./-]*$/, "a path that starts with / and holds letters, digits, dots, hyphens and underscores");

/** A folder in a container. */
export const absolutePath = () => {
  const allowed = "a folder in the container, as a path that starts with /, without spaces, colons, commas and ..";
  return z.string({ error: allowed }).regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^\s:,/]+)+$/, allowed);
};

export const hostName = () => {
  const allowed = "a host name or an IPv4 address, without a scheme and a port";
  return z.string({ error: allowed }).refine(isHostName, allowed);
};

/** A host with a port. */
export const hostPort = () => {
  const allowed = "a host name or an IPv4 address with a port, such as mail.foobar.com:587";
  return z.string({ error: allowed }).refine(isHostPort, allowed);
};

function isHostPort(text: string): boolean {
  const [, host = "", port = ""] = /^([^:/\s]+):(\d{1,5})$/.exec(text) ?? [];
  return isHostName(host) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** The URL of a service of HTTP. */
export const webUrl = () => {
  const allowed = "a URL that begins with https:// or http://, without a user, a query and a fragment";
  return z.string({ error: allowed }).refine((text) => isWebUrl(text) && !/[?#@]/.test(text), allowed);
};

/** Whether a text is the URL of a service of HTTP. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(text) && !/\s/.test(text) && URL.canParse(text);
}

/** A syslog server. By TCP a container would not start while its server is away. */
export const syslogAddress = () => {
  const allowed =
    "an address such as udp://logs.foobar.com:514; not tcp, since a container would then not start while the server is away";
  const isAllowed = (text: string) => text.startsWith("udp://") && isHostPort(text.slice("udp://".length));
  return z.string({ error: allowed }).refine(isAllowed, allowed);
};

/** A text that a program gets as an argument or a variable, which the kernel ends at a zero byte. */
export const argument = () => {
  const allowed = "text without a zero byte, empty for none";
  return z.string({ error: allowed }).refine((text) => !text.includes("\0"), allowed);
};

/** The name of an environment variable. */
export const variable = () => {
  const allowed = "the name of a variable: letters, digits and underscores, and no digit at its beginning";
  return z.string({ error: allowed }).regex(/^[A-Za-z_]\w*$/, allowed);
};

/** A user of an image, and perhaps a group: names, or numbers. */
export const userId = () => {
  const allowed = "a user of the image, and perhaps a group: names or numbers, such as www-data, 1000 or 1000:1000";
  return z.string({ error: allowed }).regex(/^[A-Za-z0-9_][\w.-]*(?::[A-Za-z0-9_][\w.-]*)?$/, allowed);
};

/** A status of HTTP, or a range of them. 5xx always means unready: Nginx answers so while a server drains. */
export const statusRange = () => {
  const allowed = "a status from 100 to 499, such as 200, or a range such as 200-399";
  return z
    .string({ error: allowed })
    .regex(/^[1-4]\d\d(?:-[1-4]\d\d)?$/, allowed)
    .refine((text) => {
      const [from = "", to = from] = text.split("-");
      return Number(from) <= Number(to);
    }, allowed);
};

/** A secret text of any content. Commands that read a stack's file see a word in the place of one that is encrypted. */
export const anySecret = () =>
  z.string({ error: "text" }).min(1, "text that is not empty").max(65_536, "at most 64 kB");

export const folder = () => z.string({ error: "a folder" }).min(1, "a folder");

/**
 * PEM text, or the path of a file with it. `{ secure }` is a text that the CLI has encrypted: commands that read a
 * stack's file see that, and the program sees the text.
 */
export const pem = (content: string) => {
  const allowed = `a PEM file with ${content}, or its text`;
  return z.union([z.string().min(1, allowed), z.strictObject({ secure: z.string() })], { error: allowed });
};

export type Pem = z.output<ReturnType<typeof pem>>;

/** A secret text. `{ secure }` is one that the CLI has encrypted, as for `pem`. */
export const secretText = (content: string) =>
  z.union([z.string().min(1, content), z.strictObject({ secure: z.string() })], { error: content });

export type SecretText = z.output<ReturnType<typeof secretText>>;

export const endpoint = () =>
  z
    .string({ error: "a Docker endpoint" })
    .refine(
      isEndpoint,
      "a Docker endpoint: unix:///path, tcp://host:port (2376 with certificates) or ssh://user@host:port, without a password or a path behind it",
    )
    .meta({ example: LOCAL_ENDPOINT });

export const hostAddress = () =>
  z.ipv4({ error: "an IPv4 address of the host in its LAN" }).meta({ example: "192.0.2.11" });

export const networkInterface = () =>
  z
    .string({ error: "the name of a network interface" })
    .regex(/^[A-Za-z][\w.@-]{0,14}$/, "the name of a network interface, such as eth0")
    .meta({ example: "eth0" });

/** Whether a client can be created for the endpoint, and uses all that it says. ssh has its keys from the user. */
export function isEndpoint(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (!isDecodable(username) || !isDecodable(pathname)) return false;
  if (protocol === "unix:") return text.startsWith("unix:///") && pathname !== "/";
  const isBare = hostname !== "" && password === "" && ["", "/"].includes(pathname) && search + hash === "";
  return isBare && (protocol === "ssh:" || (protocol === "tcp:" && username === "" && port !== ""));
}

/** Whether each percent sign in a part of a URL stands for a character. */
function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

const EXACT =
  "an image name with an exact tag or digest, name:1.2.3 or name@sha256:… (tags such as latest, stable and 1.2 move, so they are refused)";

/** No other image is proposed: another version of MySQL would change the data for good. */
const KEEP_IMAGE =
  "keep the image, with its exact tag or with the digest that its engine prints: docker image inspect --format '{{index .RepoDigests 0}}' IMAGE";

const WRITE_IMAGE = "correct the name: lower-case letters, digits, and single dots, hyphens and slashes between them";

/** @param example the official image by default, whose tag has three numbers */
export const image = (example: string) => {
  const [official = ""] = example.split(":");
  const others = official === "haproxy" ? ", and not one of Alpine, which lacks the shell that the scripts need" : "";
  return z
    .string({ error: "an image name with an exact tag" })
    .refine((text) => isOther(text, official) || !isMalformed(text), { error: EXACT, params: { cure: WRITE_IMAGE } })
    .refine((text) => isMalformed(text) || isOther(text, official) || isExact(text, official), {
      error: EXACT,
      params: { cure: KEEP_IMAGE },
    })
    .refine((text) => !isOther(text, official), {
      error: `${official} or an image built on it, as in registry.foobar.com/${official}:1.2.3${others}`,
      params: { cure: `name an image of ${official}; databases need the version that has written their data` },
    })
    .default(example);
};

/** The image of any program, named so that it does not move. */
export const ownImage = () =>
  z
    .string({ error: "an image name with an exact tag" })
    .refine((text) => !isMalformed(text), { error: EXACT, params: { cure: WRITE_IMAGE } })
    .refine((text) => isMalformed(text) || isVersioned(text), { error: EXACT, params: { cure: KEEP_IMAGE } });

function isVersioned(text: string): boolean {
  const { name = "", tag, digest } = partsOf(text);
  return digest !== undefined || (PROGRAMS.includes(name) ? /^\d+\.\d+\.\d+/.test(tag) : VERSION.test(tag));
}

/** Whether an image is Node.js's official one, or has its name in another registry. */
export function isNodeImage(text: string): boolean {
  const { name = "" } = partsOf(text);
  return name === "node" || name.endsWith("/node");
}

/** Whether a text is a registry as image names begin with it: a host, with a port or without. */
export function isRegistry(text: string): boolean {
  return IS_REGISTRY.test(text);
}

function isMalformed(text: string): boolean {
  return partsOf(text).name === undefined;
}

/** Whether an image's name says which image it is. An official image's tag with fewer than three numbers moves. */
function isExact(text: string, official: string): boolean {
  const { name, tag, digest } = partsOf(text);
  if (name === undefined || digest !== undefined) return name !== undefined;
  return name === official ? /^v?\d+\.\d+\.\d+/.test(tag) : VERSION.test(tag);
}

/** Whether an image is one of another program, or a variant that the scripts do not run in. */
function isOther(text: string, official: string): boolean {
  const { name = "", tag } = partsOf(text);
  if (official === "haproxy" && /alpine/.test(tag)) return true;
  // Applications are programs of any kind.
  return official !== "node" && name !== official && PROGRAMS.includes(name);
}

/** The parts of an image's name. An official image of Docker Hub has its short name. */
function partsOf(text: string) {
  const [, name, tag = "", digest] = IMAGE.exec(text) ?? [];
  return { name: name?.replace(/^(?:(?:index\.)?docker\.io\/)?(?:library\/)?/, ""), tag, digest };
}
