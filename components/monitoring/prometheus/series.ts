/** The series that are kept: what alerts, boards and people ask for. Everything else would be most of the disk. */

/**
 * Parameters by which HAProxy's exporter leaves out other series by itself. Names are whole: a wrong one gives no series
 * and no error.
 */
export const LOAD_BALANCER = {
  scope: ["global", "frontend", "backend", "server"],
  metrics: [
    [
      "haproxy_process_start_time_seconds",
      "haproxy_process_current_connections",
      "haproxy_process_max_connections",
      "haproxy_process_idle_time_percent",
      "haproxy_frontend_http_responses_total",
      "haproxy_frontend_current_sessions",
      "haproxy_frontend_bytes_in_total",
      "haproxy_frontend_bytes_out_total",
      "haproxy_backend_active_servers",
      "haproxy_backend_current_queue",
      "haproxy_backend_retry_warnings_total",
      "haproxy_backend_redispatch_warnings_total",
      "haproxy_backend_total_time_average_seconds",
      "haproxy_server_status",
      "haproxy_server_current_sessions",
      "haproxy_server_http_responses_total",
      "haproxy_server_check_failures_total",
    ].join(","),
  ],
} as const;

export const ROUTER = {
  scope: ["global", "backend", "server"],
  metrics: [
    [
      "haproxy_process_start_time_seconds",
      "haproxy_backend_active_servers",
      "haproxy_backend_backup_servers",
      "haproxy_backend_current_sessions",
      "haproxy_backend_current_queue",
      "haproxy_server_status",
      "haproxy_server_current_sessions",
    ].join(","),
  ],
} as const;

/** Of Prometheus and Alertmanager. */
export const OWN = [
  "process_.*",
  "prometheus_(notifications|rule_evaluation_failures|rule_group_last_duration|tsdb_head_series).*",
  "prometheus_(tsdb_storage_blocks_bytes|tsdb_wal_writes_failed|tsdb_compactions_failed|config_last_reload).*",
  "alertmanager_(notifications|config_last_reload|alerts|cluster_members).*",
].join("|");

/** Of the log store. */
export const LOG_STORE =
  "process_.*|vl_(rows_ingested_total|data_size_bytes|free_disk_space_bytes|storage_is_read_only)";

/** Of MySQL: its place and its settings. */
export const DATABASE = [
  "mysql_up",
  "mysql_exporter_collector_success",
  "mysql_global_variables_(read_only|super_read_only|max_connections|innodb_buffer_pool_size)",
  "mysql_slave_status_(replica_io_running|replica_sql_running|seconds_behind_source|last_errno|last_io_errno|last_sql_errno)",
  "mysql_perf_schema_(replication_group_member_info|transactions_in_queue|transactions_remote_in_applier_queue)",
  "mysql_perf_schema_(conflicts_detected_total|(applying|last_applied)_transaction_original_commit_timestamp_seconds)",
].join("|");

/** Its counters; beside them six statements of mysql_global_status_commands_total. */
export const COUNTERS = [
  "mysql_global_status_(uptime|threads_connected|threads_running|questions|queries|slow_queries|aborted_connects)",
  "mysql_global_status_(innodb_buffer_pool_(reads|read_requests)|innodb_row_lock_waits|bytes_(received|sent))",
].join("|");

export const STATEMENTS = "select|insert|update|delete|commit|rollback";

export const SITE = "probe_(success|duration_seconds|http_status_code|http_duration_seconds)";
export const CERTIFICATE = "probe_(success|ssl_earliest_cert_expiry)";
