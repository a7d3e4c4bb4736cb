import { STATISTICS_USER } from "../../components/loadBalancer/statisticsFrontend.ts";
import type { SecretName } from "../../config/schema.ts";
import { eventually } from "../../engine/eventually.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";
import { opensCommand } from "../database/opens.ts";
import type { OpenStack } from "../stack/open.ts";
import type { Made } from "./secrets.ts";

/** The longest that a node takes to apply a new password. */
const APPLY_SECONDS = 60;

/** Says the status of the answer to a request for the metrics; the credentials come by the standard input. */
const METRICS_STATUS = `read -r credentials
exec 3<>/dev/tcp/127.0.0.1/${STATISTICS_PORT}
printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\nAuthorization: Basic %s\\r\\n\\r\\n' "$credentials" >&3
read -r _ status _ <&3 && echo "$status"`;

/**
 * Makes sure that every load balancer opens its statistics to the present password, and not to the one before.
 * @throws Error if one does not
 */
export async function checkStatistics(
  { topology, containers }: Pick<OpenStack, "topology" | "containers">,
  present: Made,
  before: Made | undefined,
): Promise<void> {
  const opens = async (name: string, { value = "" }: Made) => {
    const credentials = Buffer.from(`${STATISTICS_USER}:${value}`).toString("base64");
    return (await containers.execute(name, ["bash", "-c", METRICS_STATUS], `${credentials}\n`)).trim() === "200";
  };
  for (const { haproxy } of topology.loadBalancers) {
    if (!(await opens(haproxy.name, present))) throw new Error(`${haproxy.name} refuses the present password`);
    if (before?.value !== undefined && (await opens(haproxy.name, before))) {
      throw new Error(`${haproxy.name} still accepts the former password`);
    }
  }
}

/**
 * Makes sure that every database lets the account in with its present password, and not with the one before.
 * @throws Error if one does not
 */
export async function checkPasswords(
  { topology, containers }: Pick<OpenStack, "topology" | "containers">,
  account: Exclude<SecretName, "backupKey" | "statistics">,
  present: Made,
  before: Made | undefined,
): Promise<void> {
  // The arbiter is not in the network of the application's account.
  const nodes = topology.cluster.databases.filter(({ role }) => role !== "arbiter" || account !== "application");
  const opens = async (name: string, { value = "" }: Made) => {
    const answer = await containers.execute(name, opensCommand(account), `${value}\n`);
    return answer.trim() === "yes";
  };
  await Promise.all(
    nodes.map(({ name }) =>
      eventually(async () => {
        if (!(await opens(name, present))) throw new Error(`${name} refuses the present password of ${account}`);
        if (before?.value !== undefined && (await opens(name, before))) {
          throw new Error(`${name} still accepts the former password of ${account}`);
        }
      }, APPLY_SECONDS),
    ),
  );
}
