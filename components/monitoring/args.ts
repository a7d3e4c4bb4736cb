import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import type { Authority } from "../certificates.ts";
import type { AgentFigures } from "../mysqlCluster/nodeParts.ts";
import type { Password } from "../passwords.ts";
import type { Service } from "../service.ts";
import type { Exchange } from "../storageReader/storageReader.ts";
import type { TierArgs } from "../tier.ts";

export interface MonitoringArgs extends TierArgs {
  /** undefined: the stack is not watched. */
  readonly plan: MonitoringPlan | undefined;
  readonly authority: Authority;
  /** The password of MySQL's account `monitoring`. */
  readonly databasePassword: Password;
  /** The password of the load balancers' statistics. */
  readonly statisticsPassword: Password;
  /** The figures of the backups. undefined: nobody writes any. */
  readonly backupFigures: Exchange | undefined;
  /** The figures of the databases' agents, by machine. */
  readonly agentFigures: AgentFigures;
  /** Whether volumes with figures and silences stay on the engine when they leave the stack. */
  readonly protect: boolean;
  /** Everything that is watched. */
  readonly after: readonly Service[];
}
