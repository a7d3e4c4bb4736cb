import { TLS } from "../tlsFiles.ts";

/** The account by which the exporter asks every database. */
export const MONITORING_USER = "monitoring";

/** The exporter's options: the collectors beside those by default, without the ones that need more rights or none use. */
export const COLLECTORS = [
  "--no-collect.info_schema.innodb_cmp",
  "--no-collect.info_schema.innodb_cmpmem",
  "--no-collect.info_schema.query_response_time",
  "--collect.perf_schema.replication_group_members",
  "--collect.perf_schema.replication_group_member_stats",
  "--collect.perf_schema.replication_applier_status_by_worker",
] as const;

/** What is asked often: whether a database answers, its place, and what it is allowed to do. */
export const STATES = [
  "global_variables",
  "slave_status",
  "perf_schema.replication_group_members",
  "perf_schema.replication_group_member_stats",
  "perf_schema.replication_applier_status_by_worker",
];

/** my.cnf of the exporter. TLS verifies the name that it connects to. Passwords have no characters that need quoting. */
export function mysqlOptions(password: string): string {
  return `[client]
user=${MONITORING_USER}
password=${password}
ssl-ca=${TLS.authority}
`;
}
