import type { AlertCase } from "./case.ts";

const primary = (kind: "active" | "backup") =>
  `haproxy_backend_${kind}_servers{job="router",proxy="primary",instance="router-server1"}`;
const readOnly = (instance: string) => `mysql_global_variables_read_only{job="mysql",instance="${instance}"}`;
const member = (host: string) =>
  `mysql_perf_schema_replication_group_member_info{instance="a",member_host="${host}",member_state="ONLINE"}`;

const alive = (server: string) => `foobar_agent_alive_timestamp_seconds{member="mysql-${server}.replication"}`;
const silentAgent = (server: string, at: string) => ({
  ...{ alert: "AgentSilent", at, labels: { member: `mysql-${server}.replication` } },
  summary: `The agent of mysql-${server}.replication is silent`,
});

export const databaseCases: readonly AlertCase[] = [
  {
    name: "an election is no alert, its failure is",
    every: "5s",
    series: { [primary("active")]: "1x2 0x1 1x10 0x10", [primary("backup")]: "0x30" },
    quiet: [["NoPrimary", "22s"]],
    firing: [{ alert: "NoPrimary", at: "95s", summary: "No database takes writes" }],
  },
  {
    name: "two that take writes",
    every: "5s",
    series: { [readOnly("a")]: "0x20", [readOnly("b")]: "1x2 0x20" },
    quiet: [["TwoPrimaries", "15s"]],
    firing: [{ alert: "TwoPrimaries", at: "40s", summary: "2 databases take writes" }],
  },
  {
    name: "a replica that stopped",
    every: "5s",
    series: {
      'mysql_slave_status_replica_io_running{instance="b"}': "1x2 0x20",
      [primary("active")]: "1x40",
      [primary("backup")]: "0x40",
    },
    quiet: [["ReplicationStopped", "15s"]],
    firing: [
      {
        alert: "ReplicationStopped",
        at: "40s",
        labels: { instance: "b" },
        summary: "b no longer follows its source",
      },
    ],
  },
  {
    name: "without a primary there is nothing that a replica could follow",
    every: "5s",
    series: {
      'mysql_slave_status_replica_io_running{instance="b"}': "1x2 0x20",
      [primary("active")]: "1x2 0x20",
      [primary("backup")]: "0x40",
    },
    quiet: [["ReplicationStopped", "20s", "40s", "90s"]],
    firing: [{ alert: "NoPrimary", at: "40s", summary: "No database takes writes" }],
  },
  {
    name: "a database that replicates nothing",
    every: "5s",
    series: { 'mysql_global_variables_read_only{instance="b"}': "1x40" },
    quiet: [["ReplicaMissing", "40s"]],
    firing: [
      {
        alert: "ReplicaMissing",
        at: "80s",
        labels: { instance: "b" },
        summary: "b runs alone: it replicates nothing",
      },
    ],
  },
  {
    name: "a replica, and a member of a group, are in their place",
    every: "5s",
    series: {
      'mysql_global_variables_read_only{instance="a"}': "1x40",
      [member("a")]: "1x40",
      [member("b")]: "1x40",
      'mysql_global_variables_read_only{instance="c"}': "1x40",
      'mysql_slave_status_replica_sql_running{instance="c"}': "1x40",
    },
    quiet: [["ReplicaMissing", "150s"]],
  },
  {
    name: "no replica to read",
    every: "5s",
    series: { 'haproxy_backend_active_servers{job="router",proxy="replicas",instance="r"}': "1x2 0x20" },
    quiet: [["NoReplica", "30s"]],
    firing: [
      { alert: "NoReplica", at: "60s", summary: "No replica is fit to be read: the primary serves the reads, too" },
    ],
  },
  {
    name: "a replica that is a minute behind",
    every: "5s",
    series: {
      'mysql_perf_schema_applying_transaction_original_commit_timestamp_seconds{instance="b",server="server2",member_id="1"}':
        "20x40",
    },
    quiet: [["ReplicationLags", "70s"]],
    firing: [
      {
        alert: "ReplicationLags",
        at: "100s",
        labels: { instance: "b", server: "server2" },
        summary: "b is 1m 20s behind",
      },
    ],
  },
  {
    name: "nothing in hand is no lag",
    every: "5s",
    series: {
      'mysql_perf_schema_applying_transaction_original_commit_timestamp_seconds{instance="b",server="server2",member_id="1"}':
        "0x40",
    },
    quiet: [["ReplicationLags", "150s"]],
  },
  {
    name: "a member that is lost",
    every: "5s",
    series: { [member("a")]: "1x20", [member("b")]: "1x20", [member("c")]: "1 1 stale" },
    quiet: [
      ["GroupMemberLost", "20s"],
      ["GroupWithoutMajority", "40s"],
    ],
    firing: [{ alert: "GroupMemberLost", at: "40s", summary: "2 members of 3 are left in the group" }],
  },
  {
    name: "one member is left",
    every: "5s",
    series: { [member("a")]: "1x20", [member("b")]: "1 1 stale" },
    quiet: [["GroupWithoutMajority", "20s"]],
    firing: [
      {
        alert: "GroupWithoutMajority",
        at: "40s",
        summary: "1 of 3 members is no majority: the group takes no writes",
      },
    ],
  },
  {
    name: "another primary, and none that is new because monitoring is",
    every: "5s",
    series: { [readOnly("a")]: "0x40", [readOnly("b")]: "1x30 0x10" },
    quiet: [["PrimaryMoved", "100s"]],
    firing: [
      {
        alert: "PrimaryMoved",
        at: "165s",
        labels: { job: "mysql", instance: "b" },
        summary: "b has become the primary",
      },
    ],
  },
  {
    name: "the first primary of a stack, which begins read-only",
    every: "5s",
    series: { [readOnly("a")]: "1x3 0x40", [readOnly("b")]: "1x44" },
    quiet: [["PrimaryMoved", "25s", "125s", "135s", "150s"]],
  },
  {
    name: "an agent that writes no figures any more, while others do",
    every: "5s",
    series: { [alive("server1")]: "0+5x60", [alive("server2")]: "0+5x6 30x54", [alive("server3")]: "0+5x60" },
    quiet: [["AgentSilent", "70s"]],
    firing: [silentAgent("server2", "120s")],
  },
  {
    name: "an agent that has never written any, and the figures of a database that has left",
    every: "5s",
    series: { [alive("server1")]: "0+5x60", [alive("server3")]: "0+5x60", [alive("server9")]: "0x60" },
    quiet: [["AgentSilent", "10s"]],
    firing: [silentAgent("server2", "120s")],
  },
  {
    name: "connections run out",
    every: "5s",
    series: {
      'mysql_global_status_threads_connected{instance="a"}': "120x30",
      'mysql_global_variables_max_connections{instance="a"}': "128x30",
    },
    quiet: [["ConnectionsShort", "30s"]],
    firing: [
      {
        alert: "ConnectionsShort",
        at: "90s",
        labels: { instance: "a" },
        summary: "a uses 93.75% of its connections",
      },
    ],
  },
];
