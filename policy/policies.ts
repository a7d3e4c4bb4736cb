import type {
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { POLICIES, POLICY_NAMES, type PolicyName } from "../config/policies.ts";
import type { Received } from "./configuration.ts";
import { type Context, switchedOff } from "./context.ts";
import { known } from "./known.ts";
import { type Declared, isStateMark, ROOT_TYPE } from "./resources.ts";
import { RULES } from "./rules/rules.ts";
import { secretPaths } from "./secrets.ts";

type Policy = ResourceValidationPolicy & Partial<StackValidationPolicy>;

/** The policies as the SDK takes them. */
export function policies(received: () => Received): Policy[] {
  const found: Found = new Map();
  return [finder(found), ...POLICY_NAMES.map((name) => policy(name, received, found)), ...notes(received)];
}

/** What remediation has found in each resource, by URN. */
type Found = Map<string, Pick<Declared, "inputs" | "secrets">>;

/**
 * Reads each resource for the policies, and changes nothing: the SDK tells remediations alone which inputs are secret,
 * and runs them first.
 */
function finder(found: Found): Policy {
  return {
    name: "finder",
    description: "Reads the inputs of resources for the other policies.",
    enforcementLevel: "remediate",
    remediateResource: ({ urn, props }) => {
      found.set(urn, { inputs: known(props), secrets: secretPaths(props) });
    },
  };
}

function policy(name: PolicyName, received: () => Received, found: Found): Policy {
  const rule = RULES[name];
  const judge = (report: ReportViolation, judged: (context: Context) => readonly string[]) => {
    const context = received();
    if (typeof context === "string" || context.config.policies.off[name] !== undefined) return;
    for (const sentence of judged(context)) report(`${sentence}\n${rule.cure}`);
  };
  const { plan, resource, stack } = rule;
  return {
    name,
    description: POLICIES[name],
    enforcementLevel: "mandatory",
    validateResource: (args, report) => {
      judge(report, (context) => {
        // What the program itself refuses comes first, because it declares nothing then.
        const planned = isStateMark(args) ? (plan?.(context) ?? []) : [];
        return planned.length > 0 ? planned : (resource?.(declared(args, found), context) ?? []);
      });
    },
    ...(stack && {
      validateStack: ({ resources }, report) =>
        judge(report, (context) =>
          stack(
            resources.map((one) => declared(one, found)),
            context,
          ),
        ),
    }),
  };
}

/** The policies that tell the user what the pack does not check. */
function notes(received: () => Received): Policy[] {
  return [
    {
      name: "switched-off",
      description: "Policies that the configuration switches off are named at every run.",
      enforcementLevel: "advisory",
      validateResource: ({ type }, report) => {
        const context = received();
        if (type !== ROOT_TYPE || typeof context === "string") return;
        for (const [name, reason] of switchedOff(context)) report(`${name} is off: ${reason}`);
      },
    },
    {
      name: "known-configuration",
      description: "The policies know the configuration of the stack.",
      enforcementLevel: "mandatory",
      validateResource: ({ type }, report) => {
        // A program that refuses the configuration says why. It declares nothing but the root, and Pulumi the provider
        // by which it reads its own state.
        const isRefusal = type === ROOT_TYPE || type === "pulumi:providers:pulumi";
        const isUnknown = received() === "none" || (received() === "invalid" && !isRefusal);
        if (isUnknown)
          report("No policy was checked. Update the Pulumi CLI, or run npm run up, which has a tested one.");
      },
    },
  ];
}

/** A stack's resources have their outputs, too, so what was found in the inputs comes first. */
function declared({ urn, type, name, props, opts }: ResourceValidationArgs | PolicyResource, found: Found): Declared {
  const { inputs, secrets } = found.get(urn) ?? { inputs: known(props), secrets: [] };
  return { type, name, inputs, secrets, isProtected: opts.protect, ignoreChanges: opts.ignoreChanges };
}
