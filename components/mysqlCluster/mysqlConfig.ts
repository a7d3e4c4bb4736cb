import type { DatabasePlan } from "../../topology.ts";

/**
 * The configuration of a node. Every node starts read-only; whether it may write is decided by provision.sh once it runs.
 * super_read_only would break the image's own initialisation, so it is set at run time.
 */
export function mysqlConfig(plan: DatabasePlan): string {
  return `[mysqld]
server_id = ${plan.serverId}
report_host = ${plan.name}
read_only = ON
skip_name_resolve = ON
local_infile = OFF
mysqlx = OFF

log_bin = binlog
binlog_expire_logs_seconds = 604800
gtid_mode = ON
enforce_gtid_consistency = ON
relay_log_recovery = ON
# A source that is silent this long is asked again.
replica_net_timeout = 10

plugin_load_add = mysql_clone.so
plugin_load_add = auth_socket.so

innodb_buffer_pool_size = ${Math.floor(plan.memoryMb / 4)}M
`;
}
