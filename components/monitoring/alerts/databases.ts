import { type Alert, type AlertGroup, type Subject, when } from "./alert.ts";

/** The databases that the routers take for the primary. */
const PRIMARIES =
  'max(haproxy_backend_active_servers{job="router",proxy="primary"} + haproxy_backend_backup_servers{job="router",proxy="primary"})';

/** Whether the databases take writes, and have copies of them. */
export function databaseAlerts(subject: Subject): AlertGroup {
  return {
    name: "databases",
    intervalSeconds: subject.scrapeSeconds,
    alerts: [
      {
        name: "NoPrimary",
        expr: `${PRIMARIES} == 0`,
        // An election takes 8 s.
        for: "15s",
        severity: "page",
        summary: "No database takes writes",
        description: "Every router waits for a primary: visitors read, and what they write fails.",
      },
      {
        name: "TwoPrimaries",
        expr: "count(mysql_global_variables_read_only == 0) > 1",
        for: "10s",
        severity: "page",
        summary: "{{ $value }} databases take writes",
        description: "The routers use one of them. What anybody writes to another one would be lost.",
      },
      ...when(subject.databases > 1, ...replicaAlerts(subject)),
      ...groupAlerts(subject),
      {
        name: "ConnectionsShort",
        expr: "mysql_global_status_threads_connected / on (instance) group_left () mysql_global_variables_max_connections > 0.85",
        for: "1m",
        severity: "warn",
        summary: "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its connections",
        description: "Without free connections requests wait, and then fail.",
      },
      ...agentAlerts(subject),
    ],
  };
}

function replicaAlerts({ maxLagSeconds }: Subject): readonly Alert[] {
  return [
    {
      name: "ReplicationStopped",
      // Without a primary there is nothing to follow, and NoPrimary says so.
      expr: `(mysql_slave_status_replica_io_running == 0 or mysql_slave_status_replica_sql_running == 0) and on () ${PRIMARIES} > 0`,
      for: "10s",
      severity: "page",
      summary: "{{ $labels.instance }} no longer follows its source",
      description: "A replica does not receive or does not apply: the loss of the primary now would lose writes.",
    },
    {
      name: "ReplicaMissing",
      // A database that is neither primary nor follows, as one that was refused: it answers, and has no row of replication.
      expr: [
        "mysql_global_variables_read_only == 1",
        "  unless on (instance) mysql_slave_status_replica_sql_running",
        '  unless on (instance) (count by (instance) (mysql_perf_schema_replication_group_member_info{member_state="ONLINE"}) > 1)',
      ].join("\n"),
      for: "60s",
      severity: "warn",
      summary: "{{ $labels.instance }} runs alone: it replicates nothing",
      description: "A database is not in its place, and has no copy of what is written.",
    },
    {
      name: "NoReplica",
      expr: 'max(haproxy_backend_active_servers{job="router",proxy="replicas"}) == 0',
      for: "30s",
      severity: "warn",
      summary: "No replica is fit to be read: the primary serves the reads, too",
      description: "Every replica is lost, lags too far behind, or replicates nothing.",
    },
    {
      name: "ReplicationLags",
      expr: `database:lag_seconds > ${maxLagSeconds}`,
      for: "30s",
      severity: "warn",
      summary: "{{ $labels.instance }} is {{ $value | humanizeDuration }} behind",
      description: "A replica applies more slowly than the primary writes. Routers do not read from it.",
    },
    {
      name: "PrimaryMoved",
      // Two minutes ago it took no writes, and before that some database did: the first primary of a stack has not moved.
      expr: "(mysql_global_variables_read_only == 0) and on (instance) (mysql_global_variables_read_only offset 2m == 1) and on () (min(min_over_time(mysql_global_variables_read_only[10m] offset 2m)) == 0)",
      severity: "info",
      summary: "{{ $labels.instance }} has become the primary",
      description: "An election, a takeover or a switchover has moved the writes.",
    },
  ];
}

/** An agent writes its figures every 10 s, and they are asked for every 15 s. */
const SILENT_SECONDS = 45;

/** Whether each database's agent works. The figures come from the exporters of their machines. */
function agentAlerts({ agents }: Subject): readonly Alert[] {
  const alive = (members: string) => `foobar_agent_alive_timestamp_seconds{member=~"${members}"}`;
  return when(agents.length > 0, {
    name: "AgentSilent",
    // A database that has left the stack may have left its figures.
    expr: [
      `time() - max by (member) (${alive(agents.join("|"))}) > ${SILENT_SECONDS}`,
      // Its agent has never written any, or its machine says nothing.
      ...agents.map((member) => `  or absent(foobar_agent_alive_timestamp_seconds{member="${member}"})`),
    ].join("\n"),
    for: "15s",
    severity: "warn",
    summary: "The agent of {{ $labels.member }} is silent",
    description:
      "Its database serves on. It does not change its role meanwhile, and does not come back by itself if it starts again.",
  });
}

/** A group takes writes while a majority of its members is there. */
function groupAlerts({ members }: Subject): readonly Alert[] {
  if (members === undefined) return [];
  const online = 'max(count by (instance) (mysql_perf_schema_replication_group_member_info{member_state="ONLINE"}))';
  const majority = Math.floor(members / 2) + 1;
  return [
    {
      name: "GroupMemberLost",
      expr: `${online} < ${members}`,
      for: "15s",
      severity: "warn",
      summary: `{{ $value }} members of ${members} are left in the group`,
      description: `The group takes writes while ${majority} members are there.`,
    },
    {
      name: "GroupWithoutMajority",
      expr: `${online} < ${majority}`,
      for: "15s",
      severity: "page",
      summary: `{{ $value }} of ${members} members is no majority: the group takes no writes`,
      description: "The members that are left wait for the others, so that two halves never take different writes.",
    },
  ];
}
