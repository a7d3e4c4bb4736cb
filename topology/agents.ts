import type { Config } from "../config/schema.ts";
import type { AgentPlan } from "./databasePlan.ts";
import type { InstancePlan } from "./instancePlan.ts";
import { attachments } from "./links.ts";
import { SIZES } from "./sizes.ts";

/**
 * Plans the agent of a server's database.
 * @param known the members' addresses, where no resolver knows those of machines that are away
 */
export function planAgent(
  { images, monitoring }: Pick<Config, "images" | "monitoring">,
  server: string,
  known: Pick<InstancePlan, "knownHosts">,
): AgentPlan {
  const name = `agent-${server}`;
  return {
    name,
    host: server,
    image: images.agent,
    attachments: attachments(name, "replication"),
    ...known,
    ...SIZES.agent,
    isWatched: monitoring.enabled && monitoring.machines,
  };
}
