import { bundleAgent } from "../../agent/bundle.ts";
import type { AgentSettings } from "../../agent/settings.ts";
import { ARBITER } from "../../config/choices.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { memberName } from "../../topology/databases.ts";
import { bundled } from "../bundled.ts";
import { ROUTER_TABLES } from "../databaseRouter/roles.ts";
import { folderFiles, type MountedFiles, SECRETS_FOLDER } from "../files.ts";
import type { Healthcheck } from "../healthcheck.ts";
import { DATA_FOLDER, RUN_FOLDER } from "./folders.ts";
import { DESIRED_FOLDER } from "./mysqlConfig.ts";

/** The folder of the agent's program. */
const PROGRAM_FOLDER = "/opt/agent";
const PROGRAM = "agent.cjs";
/** The folder of the agent's settings, where its program looks for them. */
export const AGENT_FOLDER = "/etc/agent";
export const SETTINGS_FILE = "settings.json";
/** The folder of the agents' figures, one for each machine. */
export const AGENT_FIGURES_FOLDER = "/figures";

/** What else the program is made of. */
export const BUNDLED_BESIDES = ["app/stubs"] as const;

/** With these options Node.js needs half of the memory. */
const NODE_OPTIONS = [
  "--max-semi-space-size=1",
  "--max-old-space-size=24",
  "--v8-pool-size=1",
  "--optimize-for-size",
] as const;

/** Half of the threads look up names, which takes a second for a member that is away, and the others read files. */
export const AGENT_ENVIRONMENT = { UV_THREADPOOL_SIZE: "4" } as const;

/** The roles of the agent's program that commands use beside those that run. */
type Role = "node" | "controller" | "failover" | "promote" | "why";

/** The command that runs a role of the agent's program, in an agent's container or in the controller's. */
export function agentCommand(role: Role, ...operands: readonly string[]): string[] {
  return ["node", ...NODE_OPTIONS, `${PROGRAM_FOLDER}/${PROGRAM}`, role, ...operands];
}

/** The program of agents and of the switchover controller. */
export function agentProgram(): MountedFiles {
  const folder = bundled({ folder: "agent", file: PROGRAM, besides: BUNDLED_BESIDES, bundle: bundleAgent });
  return folderFiles(PROGRAM_FOLDER, folder);
}

/** The settings of a database's agent. */
export function agentSettings(plan: DatabasePlan, cluster: ClusterPlan, database: string): AgentSettings {
  return {
    member: plan.member,
    peers: [...plan.peers],
    port: plan.port,
    isArbiter: plan.role === "arbiter",
    arbiter: memberName(ARBITER),
    replication: cluster.replication,
    // The other modes have no such setting.
    withoutReplica: cluster.withoutReplica ?? "degrade",
    database,
    accountHosts: { ...cluster.accountHosts },
    routerTables: [...ROUTER_TABLES],
    folders: {
      data: DATA_FOLDER,
      run: RUN_FOLDER,
      desired: DESIRED_FOLDER,
      secrets: SECRETS_FOLDER,
      ...(plan.agent.isWatched ? { metrics: AGENT_FIGURES_FOLDER } : {}),
    },
  };
}

/** Seconds after which an agent that has not shown that it is alive counts as dead. It does so every 5 s. */
const SILENT_SECONDS = 30;

/** The check of an agent, by the age of a file. Node.js itself would cost 0.1 s of CPU each time. */
export const AGENT_CHECK: Healthcheck = {
  check: ["bash", "-c", `printf -v now '%(%s)T' -1; ((now - $(stat --format=%Y /tmp/alive) < ${SILENT_SECONDS}))`],
  startPeriod: 30,
  interval: 0.75,
  pause: 15,
};
