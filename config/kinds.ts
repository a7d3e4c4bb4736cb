import { z } from "zod";
import { LOCAL_ENDPOINT } from "./choices.ts";

/**
 * Kinds of values that several settings share. Each error text says what is allowed; docs/configuration.md quotes it.
 */

const NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:localhost|${LABEL}(?:\\.${LABEL})+|${LABEL}(?=:\\d))(?::\\d+)?`;
const WORDS = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
const DIGEST = "@sha256:[0-9a-f]{64}";
/** [registry/]name as Docker has it, then a tag that is not `latest`, a digest, or both. */
const IMAGE = new RegExp(
  `^(?:${REGISTRY}/)?${WORDS}(?:/${WORDS})*(?::(?!latest$)\\w[\\w.-]{0,127}(?:${DIGEST})?|${DIGEST})$`,
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

export const folder = () => z.string({ error: "a folder" }).min(1, "a folder");

/**
 * PEM text, or the path of a file with it. `{ secure }` is a text that the CLI has encrypted: commands that read a
 * stack's file see that, and the program sees the text.
 */
export const pem = (content: string) => {
  const allowed = `a PEM file with ${content}, or its text`;
  return z.union([z.string().min(1), z.strictObject({ secure: z.string() })], { error: allowed });
};

export type Pem = z.output<ReturnType<typeof pem>>;

export const endpoint = () =>
  z
    .string({ error: "a Docker endpoint" })
    .refine(isEndpoint, "a Docker endpoint: unix:///path, tcp://host:port or ssh://user@host")
    .meta({ example: LOCAL_ENDPOINT });

/** Whether a client can be created for the endpoint. */
function isEndpoint(text: string): boolean {
  return /^(unix:\/\/\/|tcp:\/\/|ssh:\/\/)\S/.test(text) && URL.canParse(text);
}

export const image = (example: string) =>
  z
    .string({ error: "an image name with an exact tag" })
    .regex(
      IMAGE,
      "an image name with an exact tag or digest, name:tag or name@sha256:… (latest moves, so it is refused)",
    )
    .default(example);
