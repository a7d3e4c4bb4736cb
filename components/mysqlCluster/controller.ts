import type { ControllerSettings } from "../../agent/controller/settings.ts";
import type { ClusterPlan } from "../../topology/databasePlan.ts";
import { MYSQL_PORT } from "../../topology/ports.ts";
import { SECRETS_FOLDER } from "../files.ts";
import { judgement, report } from "./outOfPlace.ts";

/** What every member has to serve and to know. */
export interface Expected {
  /** By member: the fingerprint of its certificate. */
  readonly certificates: Readonly<Record<string, string>>;
  /** By account: the mark of its password. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** The settings of the switchover controller. */
export function controllerSettings(cluster: ClusterPlan, expected: Expected): ControllerSettings {
  return {
    primary: cluster.primary,
    members: cluster.databases.map(({ member }) => member),
    port: MYSQL_PORT,
    replication: cluster.replication,
    withoutReplica: cluster.withoutReplica ?? "degrade",
    certificates: { ...expected.certificates },
    passwords: { ...expected.passwords },
    report: report(cluster.replication),
    judgement: judgement(cluster.replication, "@reports"),
    secrets: SECRETS_FOLDER,
  };
}
