import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { TLS } from "../tlsFiles.ts";
import { TEMPORARY } from "./folders.ts";

/** The desired state: files that change while a node runs, and that its agent applies. */
export const DESIRED_FOLDER = "/etc/mysql/desired";
export const SIZING_FILE = "sizing.cnf";
/** The application's databases, one a line. */
export const DATABASES_FILE = "databases";

/** The sizes that can change while MySQL runs: the agent applies this file. */
export function sizingConfig({ sizing }: Pick<DatabasePlan, "sizing">): string {
  return `[mysqld]
innodb_buffer_pool_size = ${sizing.bufferPoolMb}M
innodb_redo_log_capacity = ${sizing.redoLogMb}M
max_connections = ${sizing.maxConnections}
`;
}

/**
 * The configuration of a node. Every node starts read-only, and its agent decides later whether it opens for writes.
 * super_read_only would break the image's initialisation, so it is set at run time.
 */
export function mysqlConfig(plan: DatabasePlan, cluster: ClusterPlan): string {
  return `[mysqld]
server_id = ${plan.serverId}
report_host = ${plan.member}
read_only = ON
skip_name_resolve = ON
local_infile = OFF
mysqlx = OFF
# Sorts, index builds and large transactions need as much room as their data. /tmp is in memory, and small.
tmpdir = ${TEMPORARY}
# Tables of other engines are neither cloned nor backed up, and a group refuses their rows.
disabled_storage_engines = "${UNCLONED_ENGINES.join(",")}"
# The agent switches it on where writes are taken: elsewhere events would fail, or run twice.
event_scheduler = OFF
# The application may create functions and triggers. Rows are logged, not statements, so they do no harm.
log_bin_trust_function_creators = ON

ssl_ca = ${TLS.authority}
ssl_cert = ${TLS.certificate}
ssl_key = ${TLS.key}

log_bin = binlog
binlog_expire_logs_seconds = 604800
gtid_mode = ON
enforce_gtid_consistency = ON
relay_log = relay
# Received and confirmed transactions may exist nowhere else. With ON, every start would delete those that are not
# applied.
relay_log_recovery = OFF
skip_replica_start = ON
# Seconds without data after which a replica reconnects to its source.
replica_net_timeout = 10

plugin_load_add = mysql_clone.so
# For the agent, which logs in by the socket.
plugin_load_add = auth_socket.so
loose_clone_ssl_ca = ${TLS.authority}

# Sized for a site with some hundred tables and a few accounts. With the defaults a node would need 200 MB more.
innodb_log_buffer_size = 16M
table_open_cache = 400
table_definition_cache = 400
performance_schema_max_table_instances = 400
performance_schema_max_digest_length = 512
performance_schema_max_sql_text_length = 512
performance_schema_accounts_size = 32
performance_schema_hosts_size = 32
performance_schema_users_size = 32
performance_schema_error_size = 0
${modeConfig(plan, cluster)}${variablesConfig(cluster)}${plan.isSmall ? SMALL : ""}
!include ${DESIRED_FOLDER}/${SIZING_FILE}
`;
}

/** The engines of which no new tables are made. MySQL's own logs keep CSV. */
const UNCLONED_ENGINES = ["MyISAM", "MRG_MYISAM", "MEMORY", "ARCHIVE", "CSV", "BLACKHOLE", "FEDERATED", "EXAMPLE"];

/** The variables of mysql.settings. They come late, because the last of several values counts. */
function variablesConfig({ variables }: Pick<ClusterPlan, "variables">): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name} = "${value}"`);
  return lines.length === 0 ? "" : ["", "# mysql.settings", ...lines, ""].join("\n");
}

/**
 * Nobody asks an arbiter's performance schema but for its group, and it has few tables open at a time. With fewer workers
 * it would not catch up after an absence while others write: each transaction would wait for its own commit.
 */
const SMALL = `
innodb_log_buffer_size = 1M
innodb_sort_buffer_size = 65536
innodb_doublewrite_pages = 4
innodb_sync_array_size = 1
replica_parallel_workers = 4
binlog_transaction_dependency_history_size = 1000
key_buffer_size = 8
table_open_cache = 64
table_definition_cache = 400
table_open_cache_instances = 1
temptable_max_ram = 2M
thread_stack = 512K
performance_schema_max_thread_instances = 80
performance_schema_max_table_instances = 64
performance_schema_max_table_handles = 64
performance_schema_max_index_stat = 64
performance_schema_max_file_instances = 256
performance_schema_digests_size = 0
performance_schema_max_statement_classes = 0
performance_schema_max_digest_length = 0
performance_schema_max_sql_text_length = 0
performance_schema_events_statements_history_size = 0
performance_schema_events_waits_history_size = 0
performance_schema_events_stages_history_size = 0
performance_schema_events_transactions_history_size = 0
performance_schema_max_memory_classes = 0
performance_schema_instrument = '%=OFF'
`;

/** By default a replica skips its own former transactions, and could not get them back after it lost its data. */
const SOURCES = `
# GTIDs prevent loops.
replicate_same_server_id = ON
`;

function modeConfig(plan: DatabasePlan, cluster: ClusterPlan): string {
  switch (cluster.replication) {
    case "async":
      return SOURCES;
    case "semisync":
      return SOURCES + semisyncConfig();
    case "group":
      return groupConfig(plan, cluster);
  }
}

/**
 * A node's role changes while it runs, and its agent switches the source's side on and off. A replica confirms a
 * transaction that it has written to its relay log. With sync_relay_log each event is on the disk by then, and survives
 * a crash of the machine. A transaction has five events, and two if it is compressed.
 */
function semisyncConfig(): string {
  return `
plugin_load_add = semisync_source.so
plugin_load_add = semisync_replica.so
loose_rpl_semi_sync_source_wait_point = AFTER_SYNC
loose_rpl_semi_sync_replica_enabled = ON
sync_relay_log = 1
binlog_transaction_compression = ON
`;
}

/**
 * Of a transaction that passes through a group, a member has up to nine times the size in memory, does not give all of
 * that back, and needs most of the rest for other things.
 */
const SHARE_OF_MEMORY = 48;

/** The size in bytes of the largest transaction that a group takes, after compression; the smallest member decides. */
export function transactionLimit(databases: readonly Pick<DatabasePlan, "memoryMb">[]): number {
  const smallest = Math.min(...databases.map(({ memoryMb }) => memoryMb));
  return Math.min(Math.floor(smallest / SHARE_OF_MEMORY) * 1_048_576, 2_147_483_647);
}

/**
 * The agent starts the member, and restarts it after an expulsion, because it asks the others first. With an expel
 * timeout of 0 there are no writes for 7 s after a crash; with 1 to 14 for 22 s, because MySQL checks suspicions only
 * every 15 s.
 */
function groupConfig(plan: DatabasePlan, { groupName, databases }: ClusterPlan): string {
  // Sorted, because the order of the roll depends on the primary, and a switchover must replace no container.
  const seeds = databases.map(({ member, port }) => `${member}:${port}`).sort();
  return `
# A transaction passes through the memory of every member, and a member without memory is killed.
binlog_transaction_compression = ON
binlog_row_image = MINIMAL
loose_group_replication_transaction_size_limit = ${transactionLimit(databases)}
# A group refuses rows of tables without a primary key.
sql_generate_invisible_primary_key = ON
plugin_load_add = group_replication.so
loose_group_replication_group_name = ${groupName}
loose_group_replication_local_address = ${plan.member}:${plan.port}
loose_group_replication_group_seeds = ${seeds.join(",")}
loose_group_replication_start_on_boot = OFF
loose_group_replication_bootstrap_group = OFF
loose_group_replication_single_primary_mode = ON
loose_group_replication_communication_stack = MYSQL
loose_group_replication_paxos_single_leader = ON
loose_group_replication_consistency = BEFORE_ON_PRIMARY_FAILOVER
loose_group_replication_member_weight = ${plan.role === "arbiter" ? 0 : 80}
loose_group_replication_member_expel_timeout = 0
loose_group_replication_unreachable_majority_timeout = 0
loose_group_replication_autorejoin_tries = 0
loose_group_replication_exit_state_action = READ_ONLY
loose_group_replication_message_cache_size = 134217728
loose_group_replication_ssl_mode = VERIFY_IDENTITY
loose_group_replication_recovery_use_ssl = ON
loose_group_replication_recovery_ssl_ca = ${TLS.authority}
loose_group_replication_recovery_ssl_verify_server_cert = ON
`;
}
