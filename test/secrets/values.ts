/** A secret value of a stack, and the texts by which it is found. */
export interface Secret {
  /** The resource that has it, and the property: mysql-root-password.result. */
  readonly name: string;
  readonly needles: readonly string[];
}

/** The key that marks a secret in an exported state; the value beside it is the secret as JSON. */
const MARK = "4dabf18193072939515e22adb298388d";
/** Shorter texts are found by chance. */
const SHORTEST = 16;

/**
 * The secrets in the JSON of a stack that was exported with its secrets shown. Certificates are passed on as secrets
 * together with their keys, and are none.
 */
export function secretsIn(exported: string): Secret[] {
  const { deployment } = JSON.parse(exported);
  const found = new Map<string, string>();
  // The stack's outputs come last, because the resources that have the values tell more.
  const isStack = ({ type }: { type: string }) => type === "pulumi:pulumi:Stack";
  const resources = deployment.resources.toSorted(
    (a: { type: string }, b: { type: string }) => Number(isStack(a)) - Number(isStack(b)),
  );
  for (const { urn, outputs = {} } of resources) {
    const name = String(urn).split("::").at(-1);
    for (const [property, value] of Object.entries(outputs)) {
      for (const text of secretTexts(value, false)) {
        if (!found.has(text)) found.set(text, `${name}.${property}`);
      }
    }
  }
  return [...found].map(([text, name]) => ({ name, needles: needlesOf(text) }));
}

/** The texts below a value that are secret. */
function secretTexts(value: unknown, isSecret: boolean): string[] {
  if (typeof value === "string") return isSecret ? valuesIn(value) : [];
  if (value === null || typeof value !== "object") return [];
  if (MARK in value && "plaintext" in value) return secretTexts(JSON.parse(String(value.plaintext)), true);
  return Object.values(value).flatMap((part) => secretTexts(part, isSecret));
}

/**
 * The secret values in a secret text: the private keys of a PEM file, whose certificates are public, or the text itself.
 * File names are no secrets.
 */
function valuesIn(text: string): string[] {
  if (text.includes("-----BEGIN ")) return text.match(PRIVATE_KEY) ?? [];
  return text.length >= SHORTEST && !text.startsWith("/") ? [text] : [];
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/g;

/**
 * The texts by which a secret is found, plain and in base64. A private key is found by the lines of its own: all keys of
 * a curve begin with the same 48 characters, so whole lines are compared.
 */
export function needlesOf(text: string): string[] {
  const plain = text.startsWith("-----BEGIN") ? text.split("\n").slice(1, 3) : [text];
  return [...new Set([...plain, ...base64(text)])].filter((needle) => needle.length >= SHORTEST);
}

/**
 * What any base64 of a text that contains this one contains: three texts, by the place where it begins. The first and
 * the last characters are left out, because they depend on the neighbours.
 */
function base64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const whole = bytes.toString("base64").replace(/=+$/, "");
    return whole.slice(before === 0 ? 0 : before + 1, whole.length - (bytes.length % 3 === 0 ? 0 : 1));
  });
}
