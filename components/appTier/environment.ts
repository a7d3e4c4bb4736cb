import { REFERENCE } from "../../config/applicationVariables.ts";
import type { ApplicationPlan, ProcessPlan } from "../../topology/applicationPlan.ts";
import type { Upstream } from "../../topology/instancePlan.ts";
import { APPLICATION_USER } from "../mysqlCluster/mysqlCluster.ts";
import { DATABASE_AUTHORITY, DATABASE_PASSWORD } from "./secrets.ts";

/**
 * The environment variables of an application's container: the stack's, then the user's, in which `${NAME}` stands for
 * one of the stack's. docs/applications.md documents them.
 */
export function environment(
  plan: ApplicationPlan | ProcessPlan,
  release: string,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const stack = stackVariables(plan, release);
  const replaced = Object.entries(own).map(([name, text]) => [name, withValues(text, stack)] as const);
  return { ...stack, ...Object.fromEntries(replaced) };
}

function stackVariables(plan: ApplicationPlan | ProcessPlan, release: string): Record<string, string> {
  return {
    SERVER_NAME: plan.server,
    RELEASE: release,
    DATABASE_NAME: plan.database,
    DATABASE_USER: APPLICATION_USER,
    DATABASE_PASSWORD_FILE: `/run/secrets/${DATABASE_PASSWORD}`,
    DATABASE_HOST: plan.writeTo.address,
    DATABASE_PORT: String(plan.writeTo.port),
    DATABASE_READ_PORT: String(plan.readFrom.port),
    DATABASE_WRITE_HOST: hostAndPort(plan.writeTo),
    DATABASE_READ_HOST: hostAndPort(plan.readFrom),
    DATABASE_CA_FILE: `/run/secrets/${DATABASE_AUTHORITY}`,
    ...("port" in plan
      ? { HOST: plan.listenAddress, PORT: String(plan.port), DRAIN_SECONDS: String(plan.drainSeconds) }
      : { PROCESS: plan.process }),
  };
}

/** A text with values in the places of the names in `${}`; an unknown name stays, and the configuration's rules refuse it. */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(REFERENCE, (whole, name: string | undefined) =>
    name === undefined ? "$" : (values[name] ?? whole),
  );
}

function hostAndPort({ address, port }: Upstream): string {
  return `${address}:${port}`;
}
