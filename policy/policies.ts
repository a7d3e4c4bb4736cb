import type {
  PolicyResource,
  ResourceValidation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { runnable } from "../config/commands.ts";
import { POLICIES, POLICY_NAMES, type PolicyName } from "../config/policies.ts";
import type { Received } from "./configuration.ts";
import { type Context, switchedOff } from "./context.ts";
import { known } from "./known.ts";
import { type Declared, isStateMark, ROOT_TYPE } from "./resources.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules/rules.ts";
import { secretPaths } from "./secrets.ts";

type Policy = ResourceValidationPolicy & Partial<StackValidationPolicy>;

/** The policies as the SDK takes them. */
export function policies(received: () => Received): Policy[] {
  const found: Found = new Map();
  const judged = new Map(POLICY_NAMES.map((name) => [name, new Map<string, readonly string[]>()]));
  return [
    finder(received, found, judged),
    ...[...judged].map(([name, sentences]) => policy(name, received, found, sentences)),
    ...notes(received),
  ];
}

/** What remediation has found in each resource, by URN. */
type Found = Map<string, Pick<Declared, "inputs" | "secrets">>;

/** The sentences by which a policy refuses resources, by URN. */
type Sentences = Map<string, readonly string[]>;

/**
 * Reads each resource, judges it by every policy, and changes nothing: the SDK tells remediations alone which inputs are
 * secret, and runs them first. It reads a resource's inputs anew for each function that judges the resource, and with
 * one function for every policy that would take half a second.
 */
function finder(received: () => Received, found: Found, judged: ReadonlyMap<PolicyName, Sentences>): Policy {
  return {
    name: "finder",
    description: "Reads each resource once, and judges it for the other policies.",
    enforcementLevel: "remediate",
    remediateResource: (args) => {
      found.set(args.urn, { inputs: known(args.props), secrets: secretPaths(args.props) });
      const resource = declared(args, found);
      for (const [name, sentences] of judged) {
        const said = judge(name, received(), (context) => sentencesOn(resource, RULES[name], context));
        if (said.length > 0) sentences.set(args.urn, said);
        else sentences.delete(args.urn);
      }
    },
  };
}

/** What the program itself refuses comes first, because it declares nothing then. */
function sentencesOn(resource: Declared, { plan, resource: rule }: Rule, context: Context): readonly string[] {
  const planned = isStateMark(resource) ? (plan?.(context) ?? []) : [];
  return planned.length > 0 ? planned : (rule?.(resource, context) ?? []);
}

function judge(
  name: PolicyName,
  context: Received,
  judged: (context: Context) => readonly string[],
): readonly string[] {
  if (typeof context === "string" || context.config.policies.off[name] !== undefined) return [];
  return judged(context).map((sentence) => runnable(`${sentence}\n${RULES[name].cure}`));
}

/** @param sentences what the finder has to say about resources */
function policy(name: PolicyName, received: () => Received, found: Found, sentences: Sentences): Policy {
  const { stack } = RULES[name];
  const validateResource: ResourceValidation = ({ urn }, report) => {
    for (const sentence of sentences.get(urn) ?? []) report(sentence);
  };
  return {
    name,
    description: POLICIES[name],
    enforcementLevel: "mandatory",
    get validateResource() {
      return sentences.size === 0 ? [] : validateResource;
    },
    ...(stack && {
      validateStack: ({ resources }, report) => {
        const all = (context: Context) =>
          stack(
            resources.map((one) => declared(one, found)),
            context,
          );
        for (const sentence of judge(name, received(), all)) report(sentence);
      },
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
          report(runnable("No policy was checked. Update the Pulumi CLI, or run npm run up, which has a tested one."));
      },
    },
  ];
}

/** A stack's resources have their outputs, too, so what was found in the inputs comes first. */
function declared(
  {
    urn,
    type,
    name,
    props,
    opts,
  }: Pick<ResourceValidationArgs | PolicyResource, "urn" | "type" | "name" | "props" | "opts">,
  found: Found,
): Declared {
  const { inputs, secrets } = found.get(urn) ?? { inputs: known(props), secrets: [] };
  return { type, name, inputs, secrets, isProtected: opts.protect, ignoreChanges: opts.ignoreChanges };
}
