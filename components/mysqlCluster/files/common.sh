#!/usr/bin/env bash
# Functions that the scripts of nodes, of the switchover controller and of backups share. Passwords are files in
# /run/secrets. Clients read them from files and servers from standard input; no argument ever contains one.

# SQL expressions of the program, for instance PRIMARY_TERM, WRITES, HELD and PROBLEM.
# shellcheck source=definitions.sh
. "$(dirname "${BASH_SOURCE[0]}")/definitions.sh"

secret() { cat "/run/secrets/$1"; }

# sql_at MEMBER ACCOUNT [SECONDS]: runs the statements of standard input on that member. The client executes no commands
# in them. The time limit is for servers that are frozen.
sql_at() {
  timeout "${3:-3}" mysql \
    --defaults-extra-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$2" "$(secret "$2-password")") \
    --host="$1" --ssl-mode=VERIFY_IDENTITY --ssl-ca=/run/secrets/ca.crt --connect-timeout=2 \
    --binary-mode --batch --skip-column-names
}

# begin_term MEMBER REASON [STEP]: SQL that records the next primary term, which tells every member which one is primary.
# It runs on a server that accepts writes. A step of 2 leaves out a number, which a lost primary may have taken.
begin_term() {
  cat <<SQL
INSERT INTO $TERMS_TABLE (epoch, member, reason)
  SELECT COALESCE(MAX(epoch), 0) + ${3:-1}, '$1', '$2' FROM $TERMS_TABLE;
SQL
}

# promote MEMBER REASON: SQL that promotes a replica which has applied everything. The term is recorded first, or
# node.sh would take the server for a replica that lost its source.
promote() {
  echo "SET GLOBAL super_read_only = OFF;"
  begin_term "$1" "$2"
  leading
}

# SQL that turns a server into a primary: it stops replicating, becomes a semisync source and then accepts writes. With
# semisync, the first write already waits for a replica.
leading() {
  echo "SET GLOBAL super_read_only = OFF; STOP REPLICA FOR CHANNEL ''; RESET REPLICA ALL FOR CHANNEL '';"
  semisync_source
  echo "SET GLOBAL read_only = OFF;"
}

# connection SOURCE: the options by which a replica connects to this source. MySQL would store an account's password in
# clear, so the account is named when replication starts, and kept in memory.
connection() {
  cat <<SQL
SOURCE_HOST = '$1', SOURCE_USER = '', SOURCE_PASSWORD = '',
  SOURCE_SSL = 1, SOURCE_SSL_CA = '/run/secrets/ca.crt', SOURCE_SSL_VERIFY_SERVER_CERT = 1,
  SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 0
SQL
}

start_replica() { echo "START REPLICA USER = 'replication' PASSWORD = '$(secret replication-password)' FOR CHANNEL '';"; }

# following SOURCE: SQL that makes a server without a source a replica of this one.
following() {
  cat <<SQL
STOP REPLICA FOR CHANNEL '';
CHANGE REPLICATION SOURCE TO $(connection "$1"), SOURCE_AUTO_POSITION = 1 FOR CHANNEL '';
$(start_replica)
SQL
}

# going_on_from SOURCE: SQL that makes a replica receive from this source, which may be a new one. Received transactions
# that are not applied yet are kept: on a change of source MySQL deletes the relay log only if both threads are stopped.
going_on_from() {
  cat <<SQL
STOP REPLICA IO_THREAD FOR CHANNEL '';
START REPLICA SQL_THREAD FOR CHANNEL '';
CHANGE REPLICATION SOURCE TO $(connection "$1") FOR CHANNEL '';
$(start_replica)
SQL
}

# SQL that makes a replica receive from its present source again, with the password of the file. It does not set the
# source anew, because that would delete the relay log if the applier fails at once.
receiving_again() {
  cat <<SQL
STOP REPLICA IO_THREAD FOR CHANNEL '';
$(start_replica)
SQL
}

no_semisync_source() {
  if [ "$REPLICATION" = semisync ]; then echo "SET GLOBAL rpl_semi_sync_source_enabled = OFF;"; fi
}

semisync_source() {
  case "$REPLICATION/$WITHOUT_REPLICA" in
  semisync/wait)
    # The longest timeout that MySQL accepts: 49 days.
    echo "SET GLOBAL rpl_semi_sync_source_timeout = 4294967295, GLOBAL rpl_semi_sync_source_wait_no_replica = ON,
      GLOBAL rpl_semi_sync_source_enabled = ON;"
    ;;
  semisync/degrade)
    echo "SET GLOBAL rpl_semi_sync_source_timeout = 2000, GLOBAL rpl_semi_sync_source_wait_no_replica = ON,
      GLOBAL rpl_semi_sync_source_enabled = ON;"
    ;;
  esac
}
