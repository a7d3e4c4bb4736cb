import { POLICIES, POLICY_NAMES } from "../../config/policies.ts";
import { RULES } from "../../policy/rules/rules.ts";

/** The text of docs/policies.md: every policy with its rule and its cure. */
export function policiesPage(project: string): string {
  const rows = POLICY_NAMES.map((name) => `| \`${name}\` | ${POLICIES[name]} | ${RULES[name].cure} |`);
  return `# Policies

\`npm run preview\`, \`npm run up\` and every command that updates a stack run the policy pack in [policy/](../policy). It
checks the resources that the program declares, each one before it is created or changed. A violation ends the run with
exit code 1, and names the policy, the resource and the cure. Whatever comes from the configuration is checked before
the first resource. \`down\` runs no policy.

Plain \`pulumi\` runs the pack when it is told to: \`pulumi up --policy-pack policy\`. It does not remember the option. A
pack that cannot be loaded ends the run before anything is changed.

## Switching one off

A policy is switched off by a reason of at least three words. Every run prints it:

\`\`\`sh
pulumi config set --path '${project}:policies.off.read-only-root' 'the image writes to its root until release 2'
\`\`\`

## The policies

| policy | rule | cure |
| --- | --- | --- |
${rows.join("\n")}

## What the pack does not see

- Whether a volume is retained when it leaves the stack: Pulumi does not tell policies. The tests of the program do.
- The version that wrote a database's data: the program compares it with the engine before the first resource.
- What happens inside a container, and what commands or people do with the engine.

\`npm run settings\` generates this page from [config/policies.ts](../config/policies.ts) and [policy/rules](../policy/rules).
`;
}
