import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationPlan, ProcessPlan, ProgramPlan } from "../../topology/applicationPlan.ts";
import type { Upstream } from "../../topology/instancePlan.ts";
import { type MountedFiles, secretFiles } from "../files.ts";
import { APPLICATION_USER } from "../mysqlCluster/mysqlCluster.ts";
import type { Password } from "../passwords.ts";

/** Files of the stack's own in /run/secrets. The user's secrets have other names (config/rules/application.ts). */
export const DATABASE_PASSWORD = "database-password";
export const DATABASE_AUTHORITY = "database-ca.crt";
export const DATABASE_URL = "database-url";
export const DATABASE_READ_URL = "database-read-url";

export interface ApplicationSecretsArgs {
  readonly program: ProgramPlan;
  readonly databasePassword: Password;
  /** The certificates of the authority that signs the databases' certificates. */
  readonly databaseAuthority: pulumi.Output<string>;
}

/** The secrets of an application's container: files for all of them, and variables for those that are asked for. */
export interface ApplicationSecrets {
  readonly files: MountedFiles;
  readonly variables: Readonly<Record<string, pulumi.Output<string>>>;
}

export function applicationSecrets(
  plan: ApplicationPlan | ProcessPlan,
  { program, databasePassword, databaseAuthority }: ApplicationSecretsArgs,
): ApplicationSecrets {
  const isOwn = plan.databaseUrl !== undefined;
  const url = (to: typeof plan.writeTo) =>
    databasePassword.value.apply((password) => databaseUrl(password, to, plan.database));
  const user = Object.fromEntries(Object.entries(program.secrets).map(([name, text]) => [name, pulumi.secret(text)]));
  const texts: Readonly<Record<string, pulumi.Output<string>>> = {
    ...user,
    [DATABASE_PASSWORD]: databasePassword.value,
    ...(isOwn ? { [DATABASE_URL]: url(plan.writeTo), [DATABASE_READ_URL]: url(plan.readFrom) } : {}),
  };
  const asked = {
    ...(plan.databaseUrl === "variable" ? { DATABASE_URL: DATABASE_URL, DATABASE_READ_URL: DATABASE_READ_URL } : {}),
    ...program.secretVariables,
  };
  return {
    files: secretFiles({ ...texts, [DATABASE_AUTHORITY]: databaseAuthority }),
    variables: {
      ...Object.fromEntries(
        Object.entries(asked).flatMap(([variable, name]) => {
          const text = texts[name];
          return text === undefined ? [] : [[variable, text] as const];
        }),
      ),
      ...(Object.keys(user).length === 0 ? {} : { SECRETS_VERSION: version(databasePassword.value, user) }),
    },
  };
}

/**
 * A public text that changes with the secrets: a container reads them when it starts, so another one replaces it. Without
 * the key, which is a long random password, nobody can try texts against it.
 */
function version(
  key: pulumi.Output<string>,
  secrets: Readonly<Record<string, pulumi.Output<string>>>,
): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all([key, pulumi.all(secrets)]).apply(([password, texts]) => {
      const sorted = Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1));
      return createHmac("sha256", password).update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
    }),
  );
}

/** The URL of a database for clients that take one. Passwords of the program have no characters that need quoting. */
export function databaseUrl(password: string, { address, port }: Upstream, database: string): string {
  return `mysql://${APPLICATION_USER}:${password}@${address}:${port}/${database}`;
}
