/**
 * Server variables that the stack itself sets or relies on, each with what is to be used instead. `mysql.settings` takes
 * every other one.
 */

type Instead = string;

const IDENTITY: Instead = "nothing: the stack gives each node its own";
const PLACE: Instead = "nothing: the node's role decides, which the stack gives it";
const REPLICATION: Instead = "mysql.replication and mysql.withoutReplica";
const LOGS: Instead = "nothing: replication and backups are built on the binary log as it is";
const TLS: Instead = "nothing: the stack issues and renews the certificates";
const PATHS: Instead = "nothing: the container has writable folders at fixed places";
const PLUGINS: Instead = "nothing: the stack loads the plugins that it needs";
const NETWORK: Instead = "nothing: the stack's networks decide who reaches a node";
const CREATION: Instead = "nothing: it holds from the creation of the data on";
const LOGINS: Instead = "nothing: the stack's own accounts and scripts log in as it is set";
const EVENTS: Instead = "nothing: events run on the primary, and the stack starts them there";
const ENGINES: Instead = "nothing: tables of other engines than InnoDB are neither cloned nor backed up";

const EXACT: Readonly<Record<string, Instead>> = {
  innodb_buffer_pool_size: "mysql.bufferPoolMb",
  innodb_dedicated_server: "mysql.bufferPoolMb and mysql.redoLogMb",
  innodb_redo_log_capacity: "mysql.redoLogMb",
  max_connections: "mysql.maxConnections",
  server_id: IDENTITY,
  server_id_bits: IDENTITY,
  server_uuid: IDENTITY,
  report_host: IDENTITY,
  report_port: IDENTITY,
  report_user: IDENTITY,
  report_password: IDENTITY,
  read_only: PLACE,
  super_read_only: PLACE,
  transaction_read_only: PLACE,
  offline_mode: PLACE,
  event_scheduler: EVENTS,
  sql_log_bin: LOGS,
  sync_binlog: LOGS,
  innodb_flush_log_at_trx_commit: "nothing: a confirmed transaction is on the disk",
  innodb_doublewrite: "nothing: without it a crash can damage the data",
  innodb_force_recovery: "npm run database -- recover, or npm run restore: damaged data is replaced",
  innodb_read_only: PLACE,
  disabled_storage_engines: ENGINES,
  default_storage_engine: ENGINES,
  log_error: "nothing: the log is the container's: docker logs",
  log_error_services: "nothing: the log is the container's: docker logs",
  pid_file: PATHS,
  socket: PATHS,
  tmpdir: PATHS,
  datadir: PATHS,
  basedir: PATHS,
  character_sets_dir: PATHS,
  lc_messages_dir: PATHS,
  secure_file_priv: PATHS,
  general_log_file: "log_output: TABLE, which writes to mysql.general_log",
  slow_query_log_file: "log_output: TABLE, which writes to mysql.slow_log",
  init_file: PATHS,
  chroot: PATHS,
  user: PATHS,
  port: NETWORK,
  bind_address: NETWORK,
  local_infile: "npm run database -- import FILE",
  named_pipe: NETWORK,
  shared_memory: NETWORK,
  protocol_version: NETWORK,
  proxy_protocol_networks: NETWORK,
  require_secure_transport: "nothing: the accounts require TLS, and the routers' checks do without",
  authentication_policy: LOGINS,
  caching_sha2_password_private_key_path: TLS,
  caching_sha2_password_public_key_path: TLS,
  default_password_lifetime: LOGINS,
  password_history: LOGINS,
  password_require_current: LOGINS,
  password_reuse_interval: LOGINS,
  mandatory_roles: LOGINS,
  activate_all_roles_on_login: LOGINS,
  partial_revokes: LOGINS,
  init_connect: "the application's own first statements: this one would run for the stack's accounts, too",
  init_replica: LOGS,
  init_slave: LOGS,
  autocommit: "the application's own first statements: the stack's scripts rely on it",
  completion_type: "the application's own first statements: the stack's scripts rely on it",
  tls_version: TLS,
  tls_ciphersuites: TLS,
  auto_generate_certs: TLS,
  performance_schema: "nothing: routers and scripts read the state of replication there",
  skip_name_resolve: NETWORK,
  master_info_repository: LOGS,
  master_verify_checksum: LOGS,
  source_verify_checksum: LOGS,
  transaction_write_set_extraction: LOGS,
  enforce_gtid_consistency: LOGS,
  initialize: CREATION,
  initialize_insecure: CREATION,
  lower_case_table_names: CREATION,
  innodb_page_size: CREATION,
  innodb_directories: PATHS,
  innodb_data_home_dir: PATHS,
  innodb_data_file_path: CREATION,
  innodb_log_group_home_dir: PATHS,
  innodb_undo_directory: PATHS,
  innodb_temp_data_file_path: PATHS,
  innodb_temp_tablespaces_dir: PATHS,
  innodb_tmpdir: PATHS,
  replica_load_tmpdir: PATHS,
  slave_load_tmpdir: PATHS,
  early_plugin_load: PLUGINS,
  plugin_dir: PLUGINS,
  plugin_load: PLUGINS,
  plugin_load_add: PLUGINS,
  auth_socket: PLUGINS,
  upgrade: "images.mysql: MySQL upgrades the data at the start with another image",
  validate_config: PATHS,
  daemonize: PATHS,
  help: PATHS,
  verbose: PATHS,
  version: "images.mysql",
  gdb: PATHS,
  core_file: "nothing: a core dump would write secrets to the disk",
  console: PATHS,
};

const PREFIXES: readonly (readonly [prefix: string, instead: Instead])[] = [
  ["loose_", "the variable's own name, so that a spelling mistake is noticed"],
  ["skip_", "the variable's own name with OFF or ON"],
  ["disable_", "the variable's own name with OFF"],
  ["enable_", "the variable's own name with ON"],
  ["maximum_", "the variable's own name"],
  ["group_replication", REPLICATION],
  ["rpl_semi_sync_", REPLICATION],
  ["rpl_stop_", REPLICATION],
  ["clone", "nothing: the stack clones new nodes"],
  ["gtid_", LOGS],
  ["log_bin", LOGS],
  ["binlog_do_db", LOGS],
  ["binlog_ignore_db", LOGS],
  ["binlog_format", LOGS],
  ["binlog_checksum", LOGS],
  ["binlog_encryption", LOGS],
  ["binlog_expire_logs", LOGS],
  ["log_replica_updates", LOGS],
  ["log_slave_updates", LOGS],
  ["relay_log", LOGS],
  ["sync_relay_log", LOGS],
  ["sync_source_info", LOGS],
  ["replicate_", LOGS],
  ["replica_preserve_commit_order", LOGS],
  ["replica_skip_errors", LOGS],
  ["replica_sql_verify_checksum", LOGS],
  ["replica_net_timeout", LOGS],
  ["slave_", LOGS],
  ["master_", LOGS],
  ["ssl", TLS],
  ["admin_", NETWORK],
  ["mysqlx", NETWORK],
  ["keyring", PLUGINS],
  ["component_", PLUGINS],
  ["defaults_", PATHS],
];

/** What to use instead of a variable that the stack itself needs; undefined: mysql.settings takes it. */
export function insteadOf(variable: string): string | undefined {
  if (Object.hasOwn(EXACT, variable)) return EXACT[variable];
  return PREFIXES.find(([prefix]) => variable.startsWith(prefix))?.[1];
}

/** The name as MySQL's documentation has it, with an underscore for each hyphen. */
export function variableName(text: string): string {
  return text
    .trim()
    .replace(/^(--|@@)?(global\.|persist\.|session\.)?/i, "")
    .replaceAll("-", "_")
    .toLowerCase();
}

export const IS_VARIABLE = /^[a-z][a-z0-9_]{1,63}$/;

/** The longest value; MySQL reads lines of up to 4096 bytes. */
export const VALUE_LENGTH = 2_000;

/** Whether a configuration file can hold a value in quotes: printable, and without the characters that end one. */
export function isValue(text: string): boolean {
  return text.length <= VALUE_LENGTH && /^[^\p{Cc}"\\]*$/u.test(text);
}
