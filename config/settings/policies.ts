import { z } from "zod";
import { type About, yesOrNo } from "../kinds.ts";
import { POLICIES, POLICY_NAMES, type PolicyName } from "../policies.ts";
import { aReason, isReason } from "../reasons.ts";

const REASON_WORDS = 3;

const REASON = `the reason why the policy is off: ${aReason(REASON_WORDS)}`;

const reason = (name: PolicyName) =>
  z
    .string({ error: REASON })
    .refine((text) => isReason(text, REASON_WORDS), REASON)
    .optional()
    .meta({
      description: `Switches this policy off: ${POLICIES[name]}`,
      unset: "the policy is on",
      example: "accepted until the next release",
    } satisfies About);

const off = z.strictObject(
  Object.fromEntries(POLICY_NAMES.map((name) => [name, reason(name)])) as Record<PolicyName, ReturnType<typeof reason>>,
  { error: "policies by name, each with the reason why it is off" },
);

export const policies = z
  .strictObject(
    {
      highAvailability: yesOrNo()
        .default(false)
        .meta({
          description:
            "Whether the stack claims to survive the loss of a container of any tier. The policy high-availability holds it to that.",
        } satisfies About),
      off: off.prefault({}).meta({
        description: "The policies that are switched off, each with the reason, which every run prints.",
      } satisfies About),
    },
    { error: "settings of the policies: highAvailability, off" },
  )
  .prefault({})
  .meta({
    description: "The policies that preview and up hold the stack to: docs/policies.md.",
  } satisfies About);
