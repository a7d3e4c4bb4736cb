import type { Problem } from "../config/problems.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/** With this variable of the command docker Pulumi's provider, which reads it, too, reaches no engine by ssh. */
const VARIABLE = "DOCKER_CERT_PATH";

/** Problems of engines by ssh beside certificates for engines by TCP in the environment. */
export function certPathProblems(topology: Pick<Topology, "hosts">, env: NodeJS.ProcessEnv): Problem[] {
  if (!env[VARIABLE]) return [];
  return machinesOf(topology)
    .filter(({ endpoint }) => endpoint.startsWith("ssh:"))
    .map(({ endpoint, path }) => ({
      path,
      value: endpoint,
      complaint: `is ${endpoint}, and ${VARIABLE} is set in this shell`,
      allowed: `ssh without ${VARIABLE}: the provider would take its certificates for this engine, and not reach it`,
      cure: `unset ${VARIABLE}; certificates for other engines are the setting engines.certPath`,
    }));
}
