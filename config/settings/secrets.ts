import { z } from "zod";
import { MOST_GENERATIONS } from "../choices.ts";
import type { About } from "../kinds.ts";

/** A generation. Somebody who sets a text has taken it for the secret itself. */
const number = () => {
  const allowed = `a whole number from 1 to ${MOST_GENERATIONS}: the program makes the secrets themselves, and does not take own ones`;
  return z.int({ error: allowed }).min(1, allowed).max(MOST_GENERATIONS, allowed);
};

const generation = (description: string) =>
  number()
    .default(1)
    .meta({ description } satisfies About);

const authority = z
  .strictObject(
    {
      generation: generation("The number of the key that signs the certificates of the stack's containers."),
      alsoTrusted: number()
        .optional()
        .meta({
          description:
            "While the key is being changed: the generation before or after, whose certificates are trusted as well.",
          unset: "none; no change is under way",
        } satisfies About),
    },
    { error: "the generations of the authority's key" },
  )
  .prefault({})
  .meta({
    description:
      "The stack's certificate authority. `npm run ca -- replace` changes its key by these numbers, step by step.",
  } satisfies About);

export const secrets = z
  .strictObject(
    {
      authority,
      application: generation("The application's password for MySQL."),
      replication: generation("The password by which databases replicate and clone each other."),
      steward: generation("The switchover controller's password."),
      backup: generation("The password by which backups are taken."),
      monitoring: generation("The password of the read-only account for monitoring."),
      root: generation("The password of root, which is for the databases' own containers."),
      statistics: generation("The password of the load balancers' statistics."),
      backupKey: generation("The key of new backups. Backups keep the key that they were written with."),
    },
    { error: "generations by secret" },
  )
  .prefault({})
  .meta({
    description:
      "The generations of the secrets that the program makes. `npm run rotate` and `npm run ca` set them: another number " +
      "is another secret. Numbers never go back.",
  } satisfies About);
