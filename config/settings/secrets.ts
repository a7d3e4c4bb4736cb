import { z } from "zod";
import { type About, whole } from "../kinds.ts";

/** More than anybody ever changes a key. */
const MOST_GENERATIONS = 9_999;

const authority = z
  .strictObject(
    {
      generation: whole(1, MOST_GENERATIONS)
        .default(1)
        .meta({
          description: "The number of the key that signs the certificates of the stack's containers.",
        } satisfies About),
      alsoTrusted: whole(1, MOST_GENERATIONS)
        .optional()
        .meta({
          description:
            "While the key is being changed: the generation before or after, whose certificates are trusted as well.",
          unset: "none; no change is under way",
          example: 2,
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
  .strictObject({ authority }, { error: "generations by secret" })
  .prefault({})
  .meta({
    description: "The generations of secrets. A command sets them: another number is another secret.",
  } satisfies About);
