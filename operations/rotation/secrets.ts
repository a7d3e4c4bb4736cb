import { z } from "zod";
import { didYouMean } from "../../config/nearest.ts";
import type { SecretName } from "../../config/schema.ts";
import { schema } from "../../config/schema.ts";
import { shapeOf } from "../../config/shape.ts";
import { age } from "../../releases/report.ts";
import { appliedGeneration, type Generations, generationsOutput, type Numbers } from "../../topology/generations.ts";
import { generationName, secretName } from "../../topology/secrets.ts";

/** The secrets that can be rotated, in the order of the settings. */
export const SECRETS = Object.keys(shapeOf(schema.shape.secrets)).filter(
  (name): name is SecretName => name !== "authority",
);

/** The rest of what a stack signs and encrypts with: its certificates, and the key that signs them. */
const SIGNED = ["certificates", "authority"] as const;
type Signed = (typeof SIGNED)[number];

/** A generation of a secret in the stack's state. */
export interface Made {
  readonly created: Date | undefined;
  /** undefined: the state was exported without its secrets. */
  readonly value: string | undefined;
}

/** The secrets of a state. */
export interface State {
  /** By the names of their resources. */
  readonly made: ReadonlyMap<string, Made>;
  /** The generations that the last complete update applied. undefined: a version without this output made it. */
  readonly generations: Generations | undefined;
}

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  created: z.coerce.date().optional().catch(undefined),
  outputs: z
    .object({
      result: z.union([z.string(), z.object({ plaintext: z.string() })]).optional(),
      generations: generationsOutput.optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
const exported = z.object({ deployment: z.object({ resources: z.array(resource).nullish() }).nullish() });

/** @param text the output of `pulumi stack export --show-secrets` */
export function secretsIn(text: string): State {
  const { deployment } = exported.parse(JSON.parse(text));
  const resources = deployment?.resources ?? [];
  const passwords = resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
  return {
    made: new Map(
      passwords.map(({ urn, created, outputs }) => [
        urn.slice(urn.lastIndexOf("::") + 2),
        { created, value: plain(outputs?.result) },
      ]),
    ),
    generations: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.generations,
  };
}

function plain(result: string | { readonly plaintext: string } | undefined): string | undefined {
  return typeof result === "object" ? z.string().parse(JSON.parse(result.plaintext)) : result;
}

/** A generation of a secret; undefined: the state does not have it. */
export function made(state: State, name: SecretName, generation: number): Made | undefined {
  return state.made.get(generationName(secretName(name), generation));
}

/** What `npm run rotate` is asked for. */
export interface Asked {
  readonly secrets: readonly SecretName[];
  /** Another key of the authority renews all certificates, too. undefined: neither. */
  readonly signed: Signed | undefined;
}

/**
 * The secrets of these names; `all` means all of them.
 * @throws Error naming, for each unknown name, the nearest that exists
 */
export function secretsNamed(words: readonly string[]): Asked {
  if (words.includes("all")) return { secrets: SECRETS, signed: "authority" };
  const known: readonly string[] = ["all", ...SECRETS, ...SIGNED];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) {
    const problems = unknown.map((word) => `there is no secret ${word}${didYouMean(word, known)}`);
    throw new Error([...problems, `allowed: ${known.join(", ")}`].join("\n"));
  }
  const signed = SIGNED.findLast((name) => words.includes(name));
  return { secrets: SECRETS.filter((name) => words.includes(name)), signed };
}

/** A row for each secret: its name, its generation, and its age. */
export function secretRows(generations: Numbers, state: State, now: Date): string[][] {
  return SECRETS.map((name) => {
    const generation = generations[name];
    const present = made(state, name, generation);
    const since = present?.created === undefined ? "" : age(present.created, now);
    return [name, `generation ${generation}`, present === undefined ? "not made yet: npm run up makes it" : since];
  });
}

export interface Rotation {
  /** The secrets that get another generation. */
  readonly raised: readonly SecretName[];
  /** Those whose last rotation was interrupted: it is finished, and counts as the one asked for. */
  readonly unfinished: readonly SecretName[];
}

/**
 * What has to be done for the secrets asked for.
 * @param planned the generations in the stack's file
 * @param unsettled the accounts that do not have their present password alone
 */
export function planRotation(
  asked: readonly SecretName[],
  planned: Numbers,
  { generations, made }: State,
  unsettled: readonly string[],
): Rotation {
  const isUnfinished = (name: SecretName) =>
    planned[name] !== appliedGeneration(name, generations, [...made.keys()]) ||
    (planned[name] > 1 && unsettled.includes(name));
  return {
    raised: asked.filter((name) => !isUnfinished(name)),
    unfinished: SECRETS.filter(isUnfinished),
  };
}
