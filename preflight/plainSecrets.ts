import { shellWord } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";

/** Names of variables whose values are secrets; a name that ends in _FILE names a file with one. */
const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PASS|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(?:_\w+)?$/i;
const NO_SECRET = /_(?:FILE|PATH|NAME|ID|TTL|URL|SECONDS|VERSION)$/i;

/** A URL with a password. */
const WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Warnings about variables of the application's that look like secrets: the stack's file and the state show them. */
export function plainSecrets({ project, stack, application }: Topology): string[] {
  return Object.entries(application.environment).flatMap(([name, text]) => {
    const isNamedSo = SECRET_NAME.test(name) && !NO_SECRET.test(name) && text !== "" && !text.includes("${");
    if (!isNamedSo && !WITH_PASSWORD.test(text)) return [];
    const secret = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
    const key = (setting: string, part: string) => shellWord(`${project}:application.${setting}.${part}`);
    return [
      `application.environment.${name} looks like a secret, and stands in clear in the stack's file and in the state
    cure:      pulumi config set --secret --path ${key("secrets", secret)} --stack ${stack}
               pulumi config set --path ${key("secretVariables", name)} ${secret} --stack ${stack}
               pulumi config rm --path ${key("environment", name)} --stack ${stack}`,
    ];
  });
}
